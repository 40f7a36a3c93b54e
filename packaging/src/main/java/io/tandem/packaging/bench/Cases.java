// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import io.tandem.packaging.bench.Features.Protocol;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that can be measured. */
final class Cases {
    static final List<String> BROWSER = List.of(
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
            "Accept-Encoding: gzip, deflate, br",
            "Referer: https://www.example.org/some/where/else?with=a&query=string",
            "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes; _id=GA1.2.123456789.123456789",
            "Sec-Fetch-Dest: document",
            "Sec-Fetch-Mode: navigate",
            "Upgrade-Insecure-Requests: 1");

    private static final List<Kind> ALL = List.of(Kind.HAPROXY, Kind.HAPROXY_AGAIN, Kind.NGINX, Kind.TANDEM);
    private static final List<Kind> WITHOUT_NGINX = List.of(Kind.HAPROXY, Kind.HAPROXY_AGAIN, Kind.TANDEM);
    private static final List<Kind> BULK = List.of(Kind.HAPROXY, Kind.HAPROXY_AGAIN, Kind.HAPROXY_16K, Kind.TANDEM);

    /** As large as Tandem's receive buffer. */
    private static final int EQUAL_BUFFERS = 32_768;

    private static final long WARM_REQUESTS = 500_000;
    private static final long WARM_HANDSHAKES = 30_000;
    private static final long WARM_BODIES = 20_000;

    /** The rows of the table; what runs without {@code --case}. */
    static final List<Experiment> TABLE = List.of(
            http("http-keepalive", "GET of 5 bytes, c=64", Features.HTTP, 64, List.of(), 0.95),
            http("http-keepalive-c4", "the same, c=4", Features.HTTP, 4, List.of(), 1.0),
            http("http-keepalive-c1000", "the same, c=1000", Features.HTTP, 1000, List.of(), 1.0),
            http("http-headers", "700 B of request headers, c=64", Features.HTTP, 64, BROWSER, 0.95),
            http("http-log", "with an access log by syslog", Features.HTTP.logging(), 64, List.of(), 0.95),
            http("http-rules-20", "with 20 ACLs that never match", Features.HTTP.withRules(20), 64, BROWSER, 1.0),
            http("https-keepalive-ecdsa", "TLS 1.3, c=64", Features.HTTP.with(Features.Key.ECDSA), 64, List.of(), 0.90),
            http("https-keepalive-rsa", "TLS 1.3, c=64", Features.HTTP.with(Features.Key.RSA), 64, List.of(), 0.90),
            handshakes("handshake-ecdsa", Features.Key.ECDSA, 1.0),
            handshakes("handshake-rsa", Features.Key.RSA, 1.05),
            h2("h2", "HTTP/2 without TLS, 16 connections of 16 streams", Features.HTTP),
            h2("h2-tls", "HTTP/2 by ALPN, 16 connections of 16 streams", Features.HTTP.with(Features.Key.ECDSA)),
            new RateCase(
                    "tcp",
                    "mode tcp, the same small requests through it, c=64",
                    Features.HTTP.over(Protocol.TCP),
                    new Traffic.Wrk(64, "/", List.of(), 2), // each connection has one to the server
                    "request",
                    WARM_REQUESTS,
                    nginxCan(Features.HTTP.over(Protocol.TCP)) ? ALL : WITHOUT_NGINX,
                    0,
                    1.05),
            bulk("bulk-http", Features.HTTP, 0.9),
            bulk("bulk-https", Features.HTTP.with(Features.Key.ECDSA), 0.7),
            new IdleCase("idle-http", "memory of 8000 idle connections after one request each", Features.HTTP, 3),
            new IdleCase("idle-tcp", "memory of 8000 silent connections", Features.HTTP.over(Protocol.TCP), 1.2),
            new IdleCase(
                    "idle-tls", "memory of 8000 idle TLS connections", Features.HTTP.with(Features.Key.ECDSA), 0.8),
            new ColdStartCase("cold-start", "from the start to the first answer and to the steady rate"));

    /** What takes long or prints a report of its own; runs when it is named. */
    private static final List<Experiment> MORE = List.of(
            new LatencyCase("latency-60", "p99 at 60 % of haproxy's highest rate, equal load", 0.6),
            new LoopsCase("loops", "growth of the rate from one event loop to two"),
            new TippingPoint(
                    "tipping-point", "requests a second against latency at rising concurrency, with a picture"),
            new HoldCase("hold", "as many established TLS connections as the machine carries, and their memory"),
            new AttackCase("attack", "TLS connections at three times capacity for a minute"),
            allocation("allocation-http", "bytes allocated for a request, and where", Features.HTTP),
            allocation("allocation-log", "the same with an access log", Features.HTTP.logging()),
            allocation("allocation-rules", "the same with 20 ACLs", Features.HTTP.withRules(20)),
            allocation("allocation-https", "the same with TLS", Features.HTTP.with(Features.Key.ECDSA)),
            allocation("allocation-h2", "the same in HTTP/2", Features.HTTP.over(Protocol.H2)),
            allocation("allocation-tcp", "the same in mode tcp", Features.HTTP.over(Protocol.TCP)));

    private Cases() {}

    static Stream<Experiment> all() {
        return Stream.concat(TABLE.stream(), MORE.stream());
    }

    static Optional<Experiment> named(String name) {
        return all().filter(c -> c.name().equals(name)).findFirst();
    }

    /** Whether this nginx has what the features need: streams are a module of their own. */
    static boolean nginxCan(Features features) {
        return features.protocol() != Protocol.TCP
                || Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"));
    }

    private static Experiment http(
            String name, String doc, Features features, int connections, List<String> headers, double target) {
        return new RateCase(
                name,
                doc,
                features,
                new Traffic.Wrk(connections, "/", headers),
                "request",
                WARM_REQUESTS,
                ALL,
                0,
                target);
    }

    private static Experiment allocation(String name, String doc, Features features) {
        Traffic traffic =
                features.protocol() == Protocol.H2 ? new Traffic.H2load(16, 16) : new Traffic.Wrk(64, "/", BROWSER);
        return new AllocationCase(name, doc, features, traffic);
    }

    private static Experiment handshakes(String name, Features.Key key, double target) {
        return new RateCase(
                name,
                "full TLS 1.3 handshake, one answer by the proxy, close; c=32",
                Features.HTTP.with(key).replying(),
                new Traffic.Handshakes(32),
                "connection",
                WARM_HANDSHAKES,
                ALL,
                0,
                target);
    }

    private static Experiment h2(String name, String doc, Features features) {
        return new RateCase(
                name,
                doc,
                features.over(Protocol.H2),
                new Traffic.H2load(16, 16),
                "request",
                WARM_REQUESTS,
                ALL,
                0,
                1.0);
    }

    private static Experiment bulk(String name, Features features, double target) {
        return new RateCase(
                name,
                "bodies of 1 MiB, c=8, haproxy's buffers as large as Tandem's",
                features,
                new Traffic.Wrk(8, "/big", List.of()),
                "MiB",
                WARM_BODIES,
                BULK,
                EQUAL_BUFFERS,
                target);
    }
}
