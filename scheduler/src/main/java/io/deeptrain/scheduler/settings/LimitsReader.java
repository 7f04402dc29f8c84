package io.deeptrain.scheduler.settings;

import io.deeptrain.scheduler.queue.Priority;
import io.deeptrain.scheduler.queue.QueueLimits;
import io.deeptrain.scheduler.queue.QueueName;
import io.deeptrain.scheduler.queue.QueueSettings.Member;
import io.deeptrain.scheduler.queue.Quota;
import io.deeptrain.scheduler.queue.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Reads the limits of one queue from texts by name, as a file of properties or a request gives them. What is not given
 * is as for a queue that nobody has named.
 */
public final class LimitsReader {
    public static final String GROUP = "group";
    public static final String WEIGHT = "weight";
    public static final String PRIORITY = "priority";
    public static final String RUNNING_MAX = "running-max";
    public static final String GUARANTEED = "guaranteed";
    public static final String BORROW_MAX = "borrow-max";
    public static final String LEND_MAX = "lend-max";

    private LimitsReader() {}

    /**
     * The queue's group and limits.
     *
     * @param fullName how a field is called where it was written, for the error
     * @throws InvalidSettingException for a field that is not there or a value that cannot be
     */
    public static Member read(QueueName queue, Map<String, String> fields, UnaryOperator<String> fullName) {
        String group = Member.NO_GROUP;
        QueueLimits limits = QueueLimits.STANDARD;
        Quota quota = Quota.NONE;
        for (Map.Entry<String, String> entry : fields.entrySet()) {
            String field = fullName.apply(entry.getKey());
            String value = entry.getValue();
            if (!fieldsOf(queue).contains(entry.getKey())) {
                throw new InvalidSettingException(
                        field, value, "a field of %s, which are %s,".formatted(queue.words(), fieldsOf(queue)));
            }
            switch (entry.getKey()) {
                case GROUP -> group = value.strip();
                case PRIORITY -> limits = limits.withPriority(Values.priority(field, value));
                case WEIGHT -> limits = limits.withWeight(Values.count(field, value, 1));
                case RUNNING_MAX -> limits = limits.withRunningMax(Values.count(field, value, 1));
                case GUARANTEED -> quota = new Quota(Values.count(field, value, 0), quota.borrowMax(), quota.lendMax());
                case BORROW_MAX ->
                    quota = new Quota(quota.guaranteed(), Values.count(field, value, 0), quota.lendMax());
                case LEND_MAX ->
                    quota = new Quota(quota.guaranteed(), quota.borrowMax(), Values.count(field, value, 0));
                default -> throw new IllegalStateException("a field that nobody reads: " + field);
            }
        }
        return new Member(group, quota.equals(Quota.NONE) ? limits : limits.withQuota(Shape.ANY_CLASS, quota));
    }

    /** The reverse: what differs from a queue that nobody has named, by field. */
    public static Map<String, String> written(Member member) {
        Map<String, String> fields = new TreeMap<>();
        QueueLimits limits = member.limits();
        Quota quota = limits.quotaOf(Shape.ANY_CLASS);
        put(fields, GROUP, member.group(), Member.NO_GROUP);
        put(fields, WEIGHT, limits.weight(), QueueLimits.STANDARD.weight());
        put(fields, PRIORITY, limits.priority(), Priority.NORMAL);
        put(fields, RUNNING_MAX, limits.runningMax(), QueueLimits.STANDARD.runningMax());
        put(fields, GUARANTEED, quota.guaranteed(), Quota.NONE.guaranteed());
        put(fields, BORROW_MAX, quota.borrowMax(), Quota.NONE.borrowMax());
        put(fields, LEND_MAX, quota.lendMax(), Quota.NONE.lendMax());
        return fields;
    }

    private static void put(Map<String, String> fields, String field, Object value, Object standard) {
        if (!value.equals(standard)) {
            fields.put(field, value.toString());
        }
    }

    private static List<String> fieldsOf(QueueName queue) {
        List<String> fields = new ArrayList<>(List.of(WEIGHT, RUNNING_MAX, GUARANTEED, BORROW_MAX, LEND_MAX));
        fields.addFirst(queue instanceof QueueName.OfApp ? PRIORITY : GROUP);
        return fields;
    }
}
