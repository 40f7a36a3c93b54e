// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What a {@link Generator} is to do.
 *
 * @param target the proxy
 * @param tls whether to speak TLS; certificates are not verified, sessions never resumed
 * @param connections how many to open at the beginning
 * @param mostConnections how many an open loop may have when answers stay out; at least {@code connections}
 * @param connectionPerRequest a connection makes one request and is replaced by another
 * @param perSecond requests due each second, whatever comes back; 0 for a closed loop: the next follows an answer
 * @param duration how long requests are sent
 * @param request the whole request as bytes of US-ASCII
 * @param sources addresses to connect from, in turn; empty for the system's choice
 */
public record Plan(
        InetSocketAddress target,
        boolean tls,
        int connections,
        int mostConnections,
        boolean connectionPerRequest,
        double perSecond,
        Duration duration,
        String request,
        List<String> sources) {

    private static final String GET = "GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n";
    private static final String GET_AND_CLOSE = "GET / HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n";

    public Plan {
        sources = List.copyOf(sources);
    }

    /** As fast as answers come back. */
    public static Plan closedLoop(int port, boolean tls, int connections, Duration duration) {
        return new Plan(
                new InetSocketAddress("127.0.0.1", port),
                tls,
                connections,
                connections,
                false,
                0,
                duration,
                GET,
                List.of());
    }

    /** One request a connection, as fast as connections end. */
    public static Plan handshakes(int port, boolean tls, int concurrent, Duration duration) {
        return new Plan(
                new InetSocketAddress("127.0.0.1", port),
                tls,
                concurrent,
                concurrent,
                true,
                0,
                duration,
                GET_AND_CLOSE,
                List.of());
    }

    /** At a fixed rate, latency counted from when a request was due. */
    public Plan atRate(double requestsPerSecond, int most) {
        return new Plan(
                target,
                tls,
                connections,
                Math.max(connections, most),
                connectionPerRequest,
                requestsPerSecond,
                duration,
                request,
                sources);
    }

    public Plan to(InetSocketAddress other) {
        return new Plan(
                other, tls, connections, mostConnections, connectionPerRequest, perSecond, duration, request, sources);
    }

    /** Connections that say nothing. */
    public Plan silent() {
        return new Plan(
                target, tls, connections, mostConnections, connectionPerRequest, perSecond, duration, "", sources);
    }

    public Plan from(List<String> addresses) {
        return new Plan(
                target,
                tls,
                connections,
                mostConnections,
                connectionPerRequest,
                perSecond,
                duration,
                request,
                addresses);
    }
}
