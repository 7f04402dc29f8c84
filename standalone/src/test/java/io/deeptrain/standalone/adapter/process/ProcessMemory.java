package io.deeptrain.standalone.adapter.process;

import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.adapter.process.RunningLauncher.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** What the parts hold of the machine's memory now. */
record ProcessMemory(Map<Part, Long> mebibytes) {
    private static final String RESIDENT = "VmRSS:";

    ProcessMemory {
        mebibytes = Map.copyOf(mebibytes);
    }

    static ProcessMemory of(Map<Part, Running> parts) throws IOException {
        Map<Part, Long> mebibytes = new EnumMap<>(Part.class);
        for (Map.Entry<Part, Running> part : parts.entrySet()) {
            for (String line :
                    Files.readAllLines(Path.of("/proc/" + part.getValue().pid() + "/status"))) {
                if (line.startsWith(RESIDENT)) {
                    mebibytes.put(part.getKey(), Long.parseLong(line.replaceAll("\\D", "")) / 1024);
                }
            }
        }
        return new ProcessMemory(mebibytes);
    }
}
