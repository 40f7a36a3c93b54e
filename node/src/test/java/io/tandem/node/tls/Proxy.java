// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.tandem.node.backend.check.HealthChecks;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.loop.Loops;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The installed haproxy or ours, with ports and a log receiver of its own. */
final class Proxy implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("\\{([a-z0-9-]+)}");

    private final Map<String, Integer> ports = new HashMap<>();
    private final DatagramSocket log = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final RunningProxy running;

    /** @param configuration with {@code {name}} in the places of port numbers, and {@code {log}} for the log's */
    Proxy(String configuration, boolean oracle) throws IOException {
        ports.put("log", log.getLocalPort());
        Matcher matcher = PORT.matcher(configuration);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            Integer port = ports.get(matcher.group(1));
            if (port == null) {
                port = Ports.reserved();
                ports.put(matcher.group(1), port);
            }
            matcher.appendReplacement(text, String.valueOf(port));
        }
        matcher.appendTail(text);
        running = new RunningProxy(text.toString(), oracle);
    }

    /** Runs our health checks, and sends what they find to the log's receiver. */
    AutoCloseable checks() {
        TestProxy present = running.tandem();
        Loops loops = Loops.start(1);
        HealthChecks checks = new HealthChecks(loops, present.node().events(), System::currentTimeMillis);
        present.node().events().listen((level, proxy, text) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            try {
                log.send(new DatagramPacket(bytes, bytes.length, log.getLocalSocketAddress()));
            } catch (IOException closed) {
                // the test is over
            }
        });
        checks.watch(present.configuration());
        return () -> {
            checks.close();
            loops.close();
        };
    }

    int port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalArgumentException("no port " + name);
        }
        return port;
    }

    /** Log lines until one second passes without any, at most {@code count} of them. */
    List<String> logs(int count) throws IOException {
        return logs(count, 1000);
    }

    /** Log lines until {@code quietMs} pass without any, at most {@code count} of them. */
    List<String> logs(int count, int quietMs) throws IOException {
        List<String> lines = new ArrayList<>();
        byte[] buffer = new byte[65_536];
        log.setSoTimeout(quietMs);
        try {
            while (lines.size() < count) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                log.receive(packet);
                lines.add(new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1).trim());
            }
        } catch (SocketTimeoutException quiet) {
            return lines;
        }
        return lines;
    }

    @Override
    public void close() {
        running.close();
        log.close();
    }
}
