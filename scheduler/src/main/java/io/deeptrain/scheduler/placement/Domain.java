package io.deeptrain.scheduler.placement;

import java.util.Arrays;
import java.util.TreeSet;

/** The rooms of one rack or NVLink domain, and how many there are of each size. */
final class Domain {
    private final String name;
    private final TreeSet<Room> rooms = new TreeSet<>();
    private int[] roomsOfSize = new int[0];

    Domain(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    void add(Room room) {
        if (roomsOfSize.length <= room.gpus()) {
            roomsOfSize = Arrays.copyOf(roomsOfSize, room.gpus() + 1);
        }
        rooms.add(room);
        roomsOfSize[room.gpus()]++;
    }

    void remove(Room room) {
        rooms.remove(room);
        roomsOfSize[room.gpus()]--;
    }

    boolean isEmpty() {
        return rooms.isEmpty();
    }

    int slots(int gpus) {
        int slots = 0;
        for (int size = gpus; size < roomsOfSize.length; size++) {
            slots += roomsOfSize[size] * (size / gpus);
        }
        return slots;
    }

    Shelves shelves() {
        Shelves shelves = new Shelves();
        rooms.forEach(shelves::add);
        return shelves;
    }
}
