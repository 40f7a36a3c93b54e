// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.admin.AdministeredProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators say about agents and checks: answered, told and kept as by haproxy. */
@Timeout(120)
class AgentCommandsDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                max-spread-checks 100ms
            defaults
                timeout client 60s
                timeout server 60s
                timeout connect 30s
                default-server inter 1h agent-inter 1h
            listen front
                bind 127.0.0.1:FRONT
            backend both
                server s 127.0.0.1:SERVER check agent-check agent-port UP weight 100
            backend agent
                server s 127.0.0.1:SERVER agent-check agent-port DOWN agent-addr 127.0.0.1
            backend check
                server s 127.0.0.1:SERVER check
            backend drained
                server s 127.0.0.1:SERVER check agent-check agent-port DRAIN
            backend plain
                server s 127.0.0.1:SERVER
            """;

    private static final List<String> COMMANDS = List.of(
            "set server both/s agent down",
            "set server both/s agent up",
            "set server both/s agent foo",
            "set server both/s agent",
            "set server check/s agent up",
            "set server both/s agent-addr 127.0.0.3",
            "set server both/s agent-addr foo.invalid",
            "set server check/s agent-addr 127.0.0.3",
            "set server both/s agent-port 7028",
            "set server both/s agent-port x",
            "set server check/s agent-port 5",
            "set server both/s agent-send hello",
            "set server check/s agent-send hello",
            "set server both/s agent-addr 127.0.0.1 port 7027",
            "set server both/s agent-addr",
            "disable agent both/s",
            "enable agent both/s",
            "enable agent check/s",
            "disable agent check/s",
            "disable health check/s",
            "enable health check/s",
            "enable health agent/s",
            "enable health plain/s",
            "disable health agent/s",
            "set server agent/s agent up",
            "set server drained/s state ready",
            "set server both/s health down",
            "set server both/s health up",
            "set server check/s check-port x",
            "set server agent/s check-port 5",
            "set server agent/s check-addr 127.0.0.1",
            "set server check/s check-addr 127.0.0.1 port 99",
            "set server check/s check-port 70000");

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void commandsAboutAgentsDoWhatHaproxysDo() throws Exception {
        assertThat(play(false)).containsExactlyElementsOf(play(true));
    }

    private static List<String> play(boolean oracle) throws Exception {
        List<String> said = new ArrayList<>();
        List<String> told = new ArrayList<>();
        try (ScriptedServer server = new ScriptedServer("");
                ScriptedServer up = new ScriptedServer("up 75%\\n");
                ScriptedServer down = new ScriptedServer("down # disk full\\n");
                ScriptedServer drain = new ScriptedServer("drain\\n");
                AdministeredProxy proxy = new AdministeredProxy(
                        oracle,
                        CONFIGURATION
                                .replace("FRONT", String.valueOf(Ports.reserved()))
                                .replace("SERVER", String.valueOf(server.port()))
                                .replace("UP", String.valueOf(up.port()))
                                .replace("DOWN", String.valueOf(down.port()))
                                .replace("DRAIN", String.valueOf(drain.port())),
                        line -> {
                            synchronized (told) {
                                told.add(line);
                            }
                        })) {
            Await.until("first checks", () -> {
                String stat = proxy.command("show stat -1 4 -1");
                return stat.contains(",via agent : up,")
                        && stat.contains(",via agent : down (disk full),")
                        && stat.contains("DRAIN (agent)")
                        && !stat.contains(",INI,");
            });
            for (String command : COMMANDS) {
                said.add(command + " -> " + proxy.command(command).strip());
                said.add(command + " = " + states(proxy.command("show servers state")));
            }
        }
        return said;
    }

    /** Names, states and weights; not times, addresses and ports. */
    private static List<String> states(String answer) {
        return answer.lines()
                .skip(2)
                .filter(line -> !line.isBlank())
                .map(line -> line.split(" "))
                .filter(words -> !words[1].equals("plain"))
                .map(words -> words[1] + " " + words[5] + " " + words[6] + " " + words[7] + " " + words[12] + " "
                        + words[13] + " " + words[14])
                .toList();
    }
}
