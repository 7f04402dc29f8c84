package io.deeptrain.api.adapter.door;

/** What links to files are signed with, the same on all replicas. */
public interface LinkSecret {
    byte[] value();
}
