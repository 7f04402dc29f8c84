package io.deeptrain.localservers.adapter.process;

/** The process that started this one. */
public final class Parent {
    private Parent() {}

    /** Ends this process in the clean way when its parent is gone, however the parent went. */
    public static void exitWithIt() {
        ProcessHandle.current().parent().ifPresentOrElse(Parent::exitAfter, () -> System.exit(0));
    }

    private static void exitAfter(ProcessHandle parent) {
        var _ = parent.onExit().thenRun(() -> System.exit(0));
    }
}
