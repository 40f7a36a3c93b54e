// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** States of servers that one program has saved, the installed haproxy or ours, are what both begin with. */
@Timeout(120)
class StateFileDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                stats socket ADMIN level admin
                server-state-base DIRECTORY
                server-state-file STATES
            resolvers r
                nameserver n 127.0.0.1:9
            defaults
                mode http
                timeout client 5s
                timeout connect 5s
                timeout server 5s
                load-server-state-from-file global
            listen l
                bind 127.0.0.1:PORT_0_
                server a 127.0.0.1:80 weight 10
                server b 127.0.0.1:81 check inter 1h
                server c 127.0.0.1:82 disabled
                server d 127.0.0.1:83 weight 20
                server e 127.0.0.1:84
                server f 127.0.0.1:85
                server g 127.0.0.1:86 check inter 1h
                server h 127.0.0.1:87 check inter 1h
                server i 127.0.0.1:88 track h
                server off 127.0.0.1:89 disabled
            backend m
                load-server-state-from-file local
                server-state-file-name STATES
                server a 127.0.0.1:80
            backend n
                load-server-state-from-file none
                server a 127.0.0.1:80
            backend names
                server x name.test:80 resolvers r init-addr last,none
                server y other.test:80 resolvers r init-addr last,1.2.3.4
                server z name.test:80 init-addr none
            """;

    private static final List<String> COMMANDS = List.of(
            "set server l/a weight 5",
            "set server l/d weight 50%",
            "set server l/e state maint",
            "set server l/f state drain",
            "set server l/g health stopping",
            "set server l/h health down",
            "enable server l/off",
            "set server l/b addr 127.0.0.7 port 99",
            "set server m/a weight 7",
            "set server n/a weight 7",
            "set server names/y addr 127.0.0.9");

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void statesOfEitherAreReadByBoth() throws Exception {
        List<String> theirs = new ArrayList<>();
        List<String> ours = new ArrayList<>();
        for (boolean saver : List.of(true, false)) {
            String states = saved(saver);
            theirs.add(begunWith(states, true));
            ours.add(begunWith(states, false));
        }
        assertThat(String.join("\n\n", ours)).isEqualTo(String.join("\n\n", theirs));
    }

    @Test
    void linesThatAreWrongAreToldOrPassedOver() throws Exception {
        String good = "2 l 1 a 127.0.0.1 2 0 5 10 100 6 3 4 6 0 0 0 - 80 - 0 0 - - 0";
        String states = String.join(
                "\n",
                "1",
                "# a comment",
                "",
                good.replace(" 1 a ", " 77 a "),
                "2 l 2 b 127.0.0.1 0 0 1 1 100 8 2 0 6 0 0 0 - 81 - 0 0 - - 0 and more",
                "2 l 3 unknown 127.0.0.1 0 0 1 1 100 8 2 0 6 0 0 0 - 81 - 0 0 - - 0",
                "2 nope 3 a 127.0.0.1 0 0 1 1 100 8 2 0 6 0 0 0 - 81 - 0 0 - - 0",
                "2 l 4 d nonsense 9 0 7 20 100 8 2 0 6 0 0 0 - 81 - 0 0 - - 0",
                "2 l 5 e 127.0.0.1 2 999 7 1 100 8 2 0 6 0 0 0 - 81 - 0 0 - - 0",
                "2 l 6 f 127.0.0.1 2 0 7 1 100 8 2 0 6 0 0 0 - 81 -",
                "");
        assertThat(begunWith(states, false)).isEqualTo(begunWith(states, true));
    }

    private String configuration() {
        return CONFIGURATION.replace("DIRECTORY", directory.toString()).replace("STATES", "states");
    }

    /** What a program says of its servers after the commands. */
    private String saved(boolean oracle) throws Exception {
        Files.writeString(directory.resolve("states"), "1\n");
        try (Operated proxy = new Operated(directory, configuration(), oracle, 1)) {
            for (String command : COMMANDS) {
                proxy.command(command);
            }
            return proxy.command("show servers state") + "\n";
        }
    }

    /** What a program that begins with {@code states} says of its servers. */
    private String begunWith(String states, boolean oracle) throws Exception {
        Files.writeString(directory.resolve("states"), states);
        try (Operated proxy = new Operated(directory, configuration(), oracle, 1)) {
            return proxy.command("show servers state")
                    .lines()
                    .skip(2)
                    .map(line -> line.split(" ", -1))
                    .map(f -> {
                        f[0] = "";
                        f[9] = "";
                        return String.join(" ", f);
                    })
                    .collect(Collectors.joining("\n"));
        }
    }
}
