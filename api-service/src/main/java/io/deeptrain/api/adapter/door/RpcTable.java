package io.deeptrain.api.adapter.door;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.deeptrain.api.access.RequiredScopes;
import io.deeptrain.api.access.Scope;
import io.deeptrain.api.status.StatusCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Every call of the contract and what answers it. Both doors go through {@link #call}, so they cannot differ.
 *
 * <p>A call that is in the contract but not served answers 10040 in the envelope of its own answer.
 */
public final class RpcTable {
    private static final Logger LOG = Logger.getLogger(RpcTable.class);

    /**
     * A call, its messages, and how to answer it.
     *
     * @param open whether it needs no key
     * @param scope what the key must be allowed
     */
    public record Entry(
            MethodDescriptor method,
            Message request,
            Message response,
            Optional<Rpc<Message, Message>> rpc,
            boolean open,
            Optional<Scope> scope) {
        public String name() {
            return method.getName();
        }
    }

    private final Map<String, Entry> entries;
    private final Authenticator authenticator;

    private RpcTable(Map<String, Entry> entries, Authenticator authenticator) {
        this.entries = Map.copyOf(entries);
        this.authenticator = authenticator;
    }

    public List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    /** Answers a call. Never throws: whatever happens is in the answer's status. */
    public Message call(Entry entry, Headers headers, Message request) {
        Envelope envelope = new Envelope(entry.response(), UUID.randomUUID().toString());
        try {
            Caller caller = caller(entry, headers);
            Rpc<Message, Message> rpc = entry.rpc()
                    .orElseThrow(() -> new Refusal(StatusCode.NOT_IMPLEMENTED, Answers.notServed(entry.name())));
            Texts.requireStorable(request);
            return envelope.identified(
                    headers.precondition().isPresent()
                            ? headers.precondition().get().guarding(() -> rpc.answer(caller, request))
                            : rpc.answer(caller, request));
        } catch (Refusal refusal) {
            headers.reasons().are(refusal);
            return envelope.failed(refusal.status(), refusal.details());
        } catch (RuntimeException bug) {
            LOG.errorf(bug, "%s failed (request %s)", entry.name(), envelope.requestId());
            return envelope.failed(StatusCode.INTERNAL_ERROR, "Please report request " + envelope.requestId());
        }
    }

    private Caller caller(Entry entry, Headers headers) {
        if (entry.open()) {
            return Caller.ANYONE;
        }
        Caller caller = authenticator.authenticate(headers).with(headers);
        entry.scope().ifPresent(scope -> caller.require(scope, entry.name()));
        return caller;
    }

    /** The answer to a call that did not get as far as {@link #call}. */
    public static Message refused(Entry entry, StatusCode status, String details) {
        return new Envelope(entry.response(), UUID.randomUUID().toString()).failed(status, details);
    }

    /** Starts a table of all calls of a service, none of which is answered yet. */
    public static Builder of(ServiceDescriptor service, Prototypes prototypes) {
        return new Builder(service, prototypes);
    }

    /** Gives an empty message of a generated type by its name in the contract. */
    @FunctionalInterface
    public interface Prototypes {
        Message of(Descriptor type);
    }

    /** Collects what answers each call. */
    public static final class Builder {
        private final ServiceDescriptor service;
        private final Prototypes prototypes;
        private final Map<String, Rpc<Message, Message>> answered = new HashMap<>();
        private final Set<String> open = new HashSet<>();

        private Builder(ServiceDescriptor service, Prototypes prototypes) {
            this.service = service;
            this.prototypes = prototypes;
        }

        /** The call named {@code method} takes a {@code requestType} and is answered by {@code rpc}. */
        public <Q extends Message, A extends Message> Builder answer(
                String method, Class<Q> requestType, Rpc<Q, A> rpc) {
            if (service.findMethodByName(method) == null) {
                throw new IllegalStateException("the contract has no call named " + method);
            }
            if (answered.put(method, (caller, request) -> rpc.answer(caller, requestType.cast(request))) != null) {
                throw new IllegalStateException(method + " is answered twice");
            }
            return this;
        }

        /** As {@link #answer}, for a call that needs no key. */
        public <Q extends Message, A extends Message> Builder answerAnyone(
                String method, Class<Q> requestType, Rpc<Q, A> rpc) {
            open.add(method);
            return answer(method, requestType, rpc);
        }

        public RpcTable build(Authenticator authenticator) {
            Map<String, Entry> entries = new HashMap<>();
            for (MethodDescriptor method : service.getMethods()) {
                entries.put(
                        method.getName(),
                        new Entry(
                                method,
                                prototypes.of(method.getInputType()),
                                prototypes.of(method.getOutputType()),
                                Optional.ofNullable(answered.get(method.getName())),
                                open.contains(method.getName()),
                                open.contains(method.getName())
                                        ? Optional.empty()
                                        : RequiredScopes.of(method.getName())));
            }
            return new RpcTable(entries, authenticator);
        }
    }
}
