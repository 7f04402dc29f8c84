import { defineConfig } from "vite";

// Into the place from which Quarkus serves static resources of a jar.
export default defineConfig({
  base: "./",
  build: { outDir: "../target/classes/META-INF/resources", emptyOutDir: true, assetsInlineLimit: 0 },
});
