// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every variable of log formats with every combination of flags, and expressions, in every mode: one line of all of them,
 * field by field beside haproxy's.
 */
@SuppressWarnings("EnumOrdinal") // a port for each scene
class LogVariablesDifferentialTest {
    private static final int PATIENCE_S = 20;

    /**
     * What differs: with {@code option logasap} HAProxy has not counted these yet when it writes its line; of a connection that
     * failed in TCP mode it knows no backend.
     */
    private static final Map<LogScene, String> KNOWN =
            Map.of(LogScene.EARLY, "%(\\{.*})?(U|sc)", LogScene.ANNOUNCED_BYTES, "%(\\{.*})?\\[be_name]");

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void theTableHasEveryVariable() {
        TreeSet<String> all = new TreeSet<>(LogFields.COMMON);
        all.addAll(LogFields.HTTP);
        assertThat(all).isEqualTo(new TreeSet<>(FormatParser.variables()));
        assertThat(all).hasSize(63); // and %o, which only changes flags
    }

    @Test
    void everyVariableIsWrittenAsHaproxyWritesIt() throws Exception {
        String certificate = Pems.write(directory, "site.pem", "ec.crt", "ec.key");
        Map<LogScene, Map<String, String>> theirs = run(certificate, true);
        Map<LogScene, Map<String, String>> ours = run(certificate, false);
        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (LogScene scene : LogScene.values()) {
            Map<String, String> expected = theirs.getOrDefault(scene, Map.of());
            Map<String, String> found = ours.getOrDefault(scene, Map.of());
            assertThat(expected).as(scene.name()).hasSize(scene.fields().count());
            for (Map.Entry<String, String> field : expected.entrySet()) {
                compared++;
                boolean known = field.getKey().matches(KNOWN.getOrDefault(scene, "nothing"));
                if (!known && !field.getValue().equals(found.get(field.getKey()))) {
                    differences.add(scene + " " + field.getKey() + ": haproxy '" + field.getValue() + "', tandem '"
                            + found.get(field.getKey()) + "'");
                }
            }
        }

        assertThat(differences).as(String.join("\n", differences)).isEmpty();
        assertThat(compared).isGreaterThan(10_000);
    }

    private Map<LogScene, Map<String, String>> run(String certificate, boolean oracle) throws Exception {
        BlockingQueue<String> logged = new LinkedBlockingQueue<>();
        LogScene[] scenes = LogScene.values();
        int[] ports = Ports.reserved(scenes.length);
        Map<LogScene, Map<String, String>> values = new EnumMap<>(LogScene.class);
        Path front = directory.resolve(oracle ? "theirs.sock" : "ours.sock");
        try (LogReceiver log = new LogReceiver(logged::add);
                LoopbackServer server = new LoopbackServer(LogScene::answer);
                LogUnixServer unix = new LogUnixServer(directory.resolve(oracle ? "their-server" : "our-server"));
                RunningProxy ignored = new RunningProxy(
                        configuration(certificate, log.port(), server.port(), unix.path(), front, ports), oracle)) {
            for (LogScene scene : scenes) {
                scene.play(ports[scene.ordinal()], front);
                String line = logged.poll(PATIENCE_S, TimeUnit.SECONDS);
                assertThat(line)
                        .as("%s of %s", scene, oracle ? "haproxy" : "tandem")
                        .startsWith("<" + scene.name() + ">");
                values.put(scene, scene.fields().values(Objects.requireNonNull(line)));
            }
        }
        return values;
    }

    private static String configuration(String certificate, int log, int server, Path unix, Path front, int[] ports) {
        StringBuilder text = new StringBuilder("defaults\n timeout client 5s\n timeout connect 5s\n timeout server 5s\n"
                + "backend be\n mode http\n server srv 127.0.0.1:" + server + "\n"
                + "backend bytes\n server srv 127.0.0.1:" + server + "\n"
                + "backend local\n mode http\n server srv " + unix + "\n");
        for (LogScene scene : LogScene.values()) {
            text.append("frontend ").append(scene.name()).append("\n bind ");
            text.append(scene.isUnix() ? front.toString() : "127.0.0.1:" + ports[scene.ordinal()]);
            text.append(scene.bindOptions(certificate))
                    .append("\n log 127.0.0.1:")
                    .append(log);
            text.append(" len 65535 format raw local0\n").append(scene.lines());
            text.append(scene.isFailure() ? " error-log-format \"<" : " log-format \"<")
                    .append(scene.name())
                    .append('>');
            text.append(scene.fields().format()).append("\"\n");
        }
        return text.toString();
    }

    @Test
    void whatAModeLacksIsRefusedAsHaproxyRefusesIt() throws Exception {
        StringBuilder text = new StringBuilder(
                "defaults\n timeout client 5s\n timeout connect 5s\n timeout server 5s\n log 127.0.0.1:514 local0\n");
        for (String name : FormatParser.variables()) {
            text.append("frontend f-")
                    .append(name)
                    .append("\n bind 127.0.0.1:18999\n log-format %")
                    .append(name)
                    .append('\n');
        }
        List<String> theirs = HaproxyCheck.of(directory, text.toString()).stream()
                .filter(HaproxyCheck.Message::isAlert)
                .map(HaproxyCheck.Message::text)
                .toList();
        List<String> ours = LoadedText.of(text.toString()).problems().stream()
                .filter(problem -> problem.severity() == Severity.ALERT)
                .map(Problem::text)
                .toList();

        assertThat(ours).isEqualTo(theirs).hasSizeGreaterThan(10);
    }
}
