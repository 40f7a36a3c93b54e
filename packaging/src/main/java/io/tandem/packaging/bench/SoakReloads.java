// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reloads of a soak: each writes a configuration that says another number, asks for it, and counts only when the proxy has
 * answered a request with that number.
 */
final class SoakReloads {
    /** Later is never. */
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    /** How long {@code kill} may take on a machine that stands still. */
    private static final int KILL_SECONDS = 60;

    private static final String PLACE = "@GENERATION@";
    private static final int TIMEOUT_MS = 2000;

    private final Path configuration;
    private final String text;
    private final SoakEvents events;
    private int asked;
    private long askedNs;
    private boolean pending;
    private int missed;
    private long longestNs;

    /** @param text the configuration, with a place for the number */
    SoakReloads(Path configuration, String text, SoakEvents events) throws IOException {
        this.configuration = configuration;
        this.text = text;
        this.events = events;
        write();
    }

    /** The line of a frontend that answers {@link #check}. */
    static String rule() {
        return "    http-request return status 200 hdr X-Generation " + PLACE + " if { path /generation }\n";
    }

    private void write() throws IOException {
        Path draft = configuration.resolveSibling("draft");
        Files.writeString(draft, text.replace(PLACE, Integer.toString(asked)));
        Files.move(draft, configuration, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Asks for the next one, unless the last has not been seen yet. */
    void ask(long pid) throws IOException, InterruptedException {
        if (pending) {
            return;
        }
        asked++;
        askedNs = System.nanoTime();
        pending = true;
        write();
        Tool.run(List.of("kill", "-USR2", Long.toString(pid)), KILL_SECONDS);
    }

    /** Looks whether the reload asked for has happened; called again and again. */
    void check(int port) {
        if (!pending) {
            return;
        }
        long tookNs = System.nanoTime() - askedNs;
        if (generation(port).equals(Integer.toString(asked))) {
            pending = false;
            longestNs = Math.max(longestNs, tookNs);
            events.happened(SoakEvents.Kind.RELOAD, askedNs);
        } else if (tookNs > LIMIT_NS) {
            pending = false;
            missed++;
        }
    }

    /** Waits for the last one. */
    void finish(int port) throws InterruptedException {
        for (check(port); pending; check(port)) {
            Thread.sleep(50);
        }
    }

    int asked() {
        return asked;
    }

    int missed() {
        return missed;
    }

    long longestMs() {
        return TimeUnit.NANOSECONDS.toMillis(longestNs);
    }

    /** The number the proxy answers with; empty if it does not: whether it should have is for the traffic to tell. */
    private static String generation(int port) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
            OutputStream out = socket.getOutputStream();
            out.write(Heads.bytes("GET /generation HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
            return Heads.skip(socket.getInputStream())
                    .lines()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("x-generation:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException late) {
            return "";
        }
    }
}
