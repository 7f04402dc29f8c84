package io.deeptrain.api.adapter.door;

import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.RpcTable.Entry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;

/** Makes a call in a request context of its own, whichever door it came through. */
@ApplicationScoped
public class Calls {
    private final RpcTable table;
    private final Addresses addresses;

    Calls(RpcTable table, Addresses addresses) {
        this.table = table;
        this.addresses = addresses;
    }

    @ActivateRequestContext
    public Message call(Entry entry, Headers headers, Message request) {
        return addresses.within(headers.calledAt(), () -> table.call(entry, headers, request));
    }
}
