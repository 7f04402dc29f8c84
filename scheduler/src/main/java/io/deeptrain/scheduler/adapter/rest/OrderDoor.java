package io.deeptrain.scheduler.adapter.rest;

import io.deeptrain.scheduler.adapter.json.ControlViewJson;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.adapter.quarkus.SchedulerProcess;
import io.deeptrain.scheduler.control.Answer;
import io.deeptrain.scheduler.control.Answer.Done;
import io.deeptrain.scheduler.control.Answer.Refused;
import io.deeptrain.scheduler.control.Order;
import io.deeptrain.scheduler.engine.EngineSnapshot;
import io.deeptrain.scheduler.settings.InvalidSettingException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings orders and questions of operators to the loop, and its answers back. */
@ApplicationScoped
public class OrderDoor {
    /** Who gives an order, as they call themselves. */
    static final String OPERATOR = "X-Operator";

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final int NAME_MAX = 64;

    private final ControlViewJson json = new ControlViewJson();
    private final SchedulerProcess process;

    OrderDoor(SchedulerProcess process) {
        this.process = process;
    }

    /** Reads the order and lets it be carried out. */
    Response carryOut(@Nullable String operator, Supplier<Order> order) {
        try {
            Optional<Answer> answer = process.order(order.get(), named(operator), ANSWER_TIMEOUT);
            return answer.map(this::answer).orElseGet(this::noAnswer);
        } catch (InvalidSettingException invalid) {
            return Problem.answer(invalid);
        }
    }

    /** Answers from the engine as it last committed. */
    Response ask(Function<EngineSnapshot, Response> question) {
        return process.snapshot(ANSWER_TIMEOUT).map(question).orElseGet(this::noAnswer);
    }

    private static String named(@Nullable String operator) {
        String name = operator == null ? "" : operator.strip();
        if (name.isEmpty() || name.length() > NAME_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSettingException(
                    OPERATOR, name, "who gives the order, in 1 to %d characters,".formatted(NAME_MAX));
        }
        return name;
    }

    private Response answer(Answer answer) {
        return switch (answer) {
            case Done done ->
                Response.ok(json.written(done), MediaType.APPLICATION_JSON).build();
            case Refused(var cause, var words) ->
                Problem.answer(
                        switch (cause) {
                            case NOT_THERE -> 404;
                            case CONFLICT -> 409;
                        },
                        Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".");
        };
    }

    private Response noAnswer() {
        Role role = process.view().role();
        return Problem.answer(
                503,
                role == Role.LEADING
                        ? "The scheduler has not answered in time: GET /control/audit says whether it was done."
                        : "This scheduler does not lead, it is %s: ask the one that does.".formatted(role));
    }
}
