// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Both contestants with one configuration: a scene played with ours must end as it does with the installed haproxy. */
final class Contestants implements AutoCloseable {
    /** How the configurations of most begin. */
    static final String BEGINNING =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            """;

    private static final Pattern STATUS_AND_END = Pattern.compile(" (\\d{3}) \\d+ - - (\\S+) ");

    private final Contestant haproxy;
    private final Contestant tandem;

    /** What happens with one of them, in words. */
    interface Scene {
        String play(Contestant contestant) throws Exception;
    }

    /**
     * Skips the test where there is no haproxy; on the build server that is a failure.
     *
     * @param configuration with PORT, PORT_1_ and so on and LOG in the places of the port numbers
     * @param more how many other ports there are than the first
     */
    Contestants(String configuration, int more) throws IOException {
        InstalledHaproxy.assumeInstalled();
        haproxy = new Contestant(configuration, true, more);
        tandem = new Contestant(configuration, false, more);
    }

    Contestant haproxy() {
        return haproxy;
    }

    Contestant tandem() {
        return tandem;
    }

    /** What happens with us is what happens with haproxy; answered for more to be said about it. */
    String same(Scene scene) throws Exception {
        String theirs = scene.play(haproxy);
        assertThat(scene.play(tandem)).isEqualTo(theirs);
        return theirs;
    }

    /** Status and flags of the next log line that is {@code wanted}; those of connections that were before may still come. */
    static String statusAndEnd(Contestant contestant, Predicate<String> wanted) throws InterruptedException {
        String line;
        do {
            line = contestant.log(1).get(0);
        } while (!wanted.test(line) && !line.startsWith("("));
        Matcher found = STATUS_AND_END.matcher(line);
        return found.find() ? found.group(1) + " " + found.group(2) : line;
    }

    static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Everything up to {@code last}, or to the end. */
    static String readTo(InputStream in, String last) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(last) < 0) {
            int b = in.read();
            if (b < 0) {
                return text.append("<end>").toString();
            }
            text.append((char) b);
        }
        return text.toString();
    }

    @Override
    public void close() {
        List.of(haproxy, tandem).forEach(Contestant::close);
    }
}
