// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Children;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The other clients and their server, in a process of their own: threads of the flood do not keep them from measuring. */
final class Onlookers implements AutoCloseable {
    /** What they are asked for; anything else ends their visit. */
    static final String LOOK = "look";

    /**
     * What the client of the program has seen of its visit so far, and what {@code control}, which asks the server itself: that
     * is the machine's doing.
     */
    record Look(int served, int failed, long p99Us, long longestUs, int controlServed, long controlP99Us) {
        static Look of(Bystander other, Bystander control) {
            return new Look(
                    other.served(),
                    other.failed(),
                    other.p99Us(),
                    other.longestUs(),
                    control.served(),
                    control.p99Us());
        }

        String line() {
            return served + " " + failed + " " + p99Us + " " + longestUs + " " + controlServed + " " + controlP99Us;
        }

        private static Look parse(String line) {
            long[] of = Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new Look((int) of[0], (int) of[1], of[2], of[3], (int) of[4], of[5]);
        }
    }

    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;
    /** Where their server listens. */
    final int serverPort;

    private boolean visiting;

    Onlookers() throws IOException {
        List<String> command = new ArrayList<>(Cores.ofOnlookers());
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC", "-Xmx64m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), OnlookersMain.class.getName()));
        process = Children.with(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        answers = process.inputReader(StandardCharsets.US_ASCII);
        orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        serverPort = Integer.parseInt(answer());
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the onlookers have ended");
        }
        return line;
    }

    /** Begin to ask the program at {@code port} for a page every few milliseconds. */
    void meet(int port) throws IOException {
        part();
        orders.println(port);
        visiting = true;
    }

    Look look() throws IOException {
        orders.println(LOOK);
        return Look.parse(answer());
    }

    /** Waits until the program's client and the other have been served so often. */
    void await(int served) throws Exception {
        Await.until("the other clients are served", () -> {
            Look look = look();
            return look.served() >= served && look.controlServed() >= served;
        });
    }

    /** They leave the program. */
    void part() throws IOException {
        if (visiting) {
            visiting = false;
            orders.println();
            answer();
        }
    }

    @Override
    public void close() {
        Children.end(process);
    }
}
