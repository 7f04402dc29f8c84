package io.deeptrain.api.adapter.door;

import com.google.protobuf.Message;

/** One call of the contract. May block: it is called on a virtual thread. */
@FunctionalInterface
public interface Rpc<Q extends Message, A extends Message> {
    /**
     * The answer, its status included.
     *
     * @throws Refusal instead of an answer whose only content would be a failed status
     */
    A answer(Caller caller, Q request);
}
