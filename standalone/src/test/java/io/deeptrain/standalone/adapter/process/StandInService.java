package io.deeptrain.standalone.adapter.process;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Takes the place of a packaged service: says that it is ready, and nothing else. */
final class StandInService {
    private static final int OK = 200;
    private static final int NO_BODY = -1;

    private StandInService() {}

    public static void main(String[] arguments) throws IOException {
        InetSocketAddress address = new InetSocketAddress(
                System.getenv("QUARKUS_HTTP_HOST"), Integer.parseInt(System.getenv("QUARKUS_HTTP_PORT")));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(OK, NO_BODY);
            exchange.close();
        });
        server.start();
    }
}
