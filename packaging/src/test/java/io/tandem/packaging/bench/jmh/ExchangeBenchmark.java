// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole exchange through a proxy in this JVM, over loopback: X-Forwarded-For, a header set, an access line by UDP. Client and
 * server allocate nothing, so that the JVM's bytes are the proxy's; its time is mostly theirs and the kernel's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "-Xms256m",
            "-Xmx256m",
            "-Xmn8m",
            "-XX:SurvivorRatio=3",
            "-XX:+UseTransparentHugePages",
            "-XX:-UsePerfData",
            "-Dio.netty.leakDetection.level=disabled"
        })
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // by JMH, and by start
public class ExchangeBenchmark {
    /** What the client speaks. */
    public enum Protocol {
        HTTP1,
        HTTP2
    }

    @Param
    public Protocol protocol;

    private DatagramSocket sink;
    private PongServer server;
    private TestProxy proxy;
    private KeptClient client;

    /** All of it, and one connection. */
    @Setup
    public void start() throws IOException {
        sink = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // nobody reads: it drops
        server = new PongServer();
        int port = Ports.reserved();
        proxy = TestProxy.start(
                """
                global
                    log 127.0.0.1:%d local0
                defaults
                    mode http
                    log global
                    option httplog
                    timeout connect 5s
                    timeout client 1m
                    timeout server 1m
                frontend web
                    bind 127.0.0.1:%d%s
                    option forwardfor
                    http-request set-header X-Forwarded-Port %%[dst_port]
                    default_backend app
                backend app
                    http-reuse always
                    server s1 127.0.0.1:%d
                """
                        .formatted(
                                sink.getLocalPort(),
                                port,
                                protocol == Protocol.HTTP2 ? " proto h2" : "",
                                server.port()),
                1);
        client = protocol == Protocol.HTTP2 ? new Http2Client(port) : new Http1Client(port);
    }

    /** One request and its answer. */
    @Benchmark
    public int exchange() throws IOException {
        return client.exchange();
    }

    /** Ends all of it. */
    @TearDown
    public void stop() throws IOException {
        client.close();
        proxy.close();
        server.close();
        sink.close();
    }
}
