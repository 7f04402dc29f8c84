package io.deeptrain.scheduler.explain;

/** Numbers in sentences. */
final class Words {
    private Words() {}

    /** As in "1 GPU" and "2 GPUs". */
    static String count(long number, String noun) {
        return number == 1 ? "1 " + noun : "%d %ss".formatted(number, noun);
    }

    /** As in "1 GPU is" and "2 GPUs are". */
    static String are(long number, String noun) {
        return count(number, noun) + (number == 1 ? " is" : " are");
    }
}
