package io.deeptrain.objects;

/** What was stored: where it lies, the hash of its bytes in hexadecimal digits, and how many they are. */
public record StoredBlob(String key, String sha256, long sizeBytes) {}
