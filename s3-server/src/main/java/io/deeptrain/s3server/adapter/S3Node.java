package io.deeptrain.s3server.adapter;

import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.Main;

/**
 * The child process that serves S3. Arguments: a file with the server's settings, and the file that is made once it
 * serves. It ends when the process that started it is gone.
 */
public final class S3Node {
    private S3Node() {}

    public static void main(String[] arguments) throws Exception {
        Main.main(new String[] {"--properties", arguments[0]});
        ProcessHandle.current().parent().ifPresentOrElse(S3Node::exitAfter, () -> System.exit(0));
        Files.createFile(Path.of(arguments[1]));
    }

    private static void exitAfter(ProcessHandle parent) {
        var _ = parent.onExit().thenRun(() -> System.exit(0));
    }
}
