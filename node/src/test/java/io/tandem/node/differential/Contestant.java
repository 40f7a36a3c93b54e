// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One of two proxies that a scenario is played against, the installed haproxy or ours: its configuration is the same, its
 * port and the receiver of its log are its own. The scenario brings the servers and the clients.
 */
final class Contestant implements AutoCloseable {
    private static final int PATIENCE_MS = 5_000;

    private final Map<String, BlockingQueue<String>> lines = new ConcurrentHashMap<>();
    private final LogReceiver log = new LogReceiver(this::keep);
    private final int[] ports;
    private final RunningProxy proxy;

    /** @param configuration with PORT and LOG in the places of the port numbers */
    Contestant(String configuration, boolean oracle) throws IOException {
        this(configuration, oracle, 0);
    }

    /** @param more how many other ports it listens on: PORT_1_, PORT_2_ and so on */
    Contestant(String configuration, boolean oracle, int more) throws IOException {
        ports = Ports.reserved(more + 1);
        String text = configuration.replace("LOG", String.valueOf(log.port()));
        for (int i = 1; i <= more; i++) {
            text = text.replace("PORT_" + i + "_", String.valueOf(ports[i]));
        }
        proxy = new RunningProxy(text.replace("PORT", String.valueOf(ports[0])), oracle);
    }

    private void keep(String line) {
        int at = line.indexOf("] fe");
        if (at >= 0) {
            String text = line.substring(at + 2);
            queue(text.substring(0, text.indexOf(' '))).add(text);
        }
    }

    private BlockingQueue<String> queue(String frontend) {
        return lines.computeIfAbsent(frontend, name -> new LinkedBlockingQueue<>());
    }

    Socket connect() throws IOException {
        return connect(0);
    }

    /** @param index which of its ports */
    Socket connect(int index) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[index]);
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** How many requests wait for a server of the backend {@code be} now. */
    int waiting() throws IOException {
        return proxy.waiting("be");
    }

    /** The next {@code count} log lines of the frontend {@code fe}, from its name on. */
    List<String> log(int count) throws InterruptedException {
        return log("fe", count);
    }

    List<String> log(String frontend, int count) throws InterruptedException {
        List<String> found = new ArrayList<>();
        while (found.size() < count) {
            String line = queue(frontend).poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
            if (line == null) {
                throw new AssertionError("no more lines of " + frontend + " behind " + found);
            }
            found.add(line);
        }
        return found;
    }

    @Override
    public void close() {
        proxy.close();
        log.close();
    }
}
