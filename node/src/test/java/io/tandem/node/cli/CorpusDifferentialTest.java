// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.cli.StandIns.Door;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Program;
import io.tandem.node.testkit.RunningProxy;
import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole configurations as people write them, with stand-ins for the files, names and servers they need: judged as haproxy
 * judges them, and those that load also run. {@code -Dtandem.corpus=DIRECTORY} takes others than the ones here; an
 * {@code index.tsv} beside them says how haproxy judged them where they came from. Prints a table.
 */
class CorpusDifferentialTest {
    /** What the path of an executable, a number or the like would hide. */
    private static final Pattern PLACE = Pattern.compile("\\[[^\\]]*?:(\\d+)\\]");

    private static final int PATIENCE_MS = 1_500;

    @TempDir
    private Path directory;

    @BeforeAll
    static void needs() {
        Program.assumeInstalled("haproxy");
        Program.assumeInstalled("openssl");
    }

    @Test
    void eachFileIsJudgedAsHaproxyJudgesIt() throws Exception {
        Path given = corpus();
        Map<String, String[]> index = index(given);
        List<String> different = new ArrayList<>();
        List<String> table = new ArrayList<>();
        for (Path file : files(given)) {
            String name = file.getFileName().toString();
            Path judged = directory.resolve(name);
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            Files.writeString(judged, new StandIns(directory, 0).rewrite(text), StandardCharsets.ISO_8859_1);
            Checked haproxy = Checked.byHaproxy("-c", "-f", judged.toString());
            Checked tandem = Checked.byTandem("-c", "-f", judged.toString());
            String[] row = index.getOrDefault(name.replace(".cfg", ""), new String[] {"", ""});
            boolean newer = row[1].contains("newer-keyword") && haproxy.status() == 1 && tandem.status() == 0;
            String reason = newer ? "accepted: keywords newer than haproxy's" : reason(haproxy, tandem);
            table.add(String.format(
                    "%-24s %5s %-22s %7d %6d  %s", name, row[0], row[1], haproxy.status(), tandem.status(), reason));
            if (reason.startsWith("!")) {
                different.add(name + ": " + reason + "\nhaproxy: " + haproxy.output() + "\ntandem: " + tandem.output());
            }
        }
        System.out.printf("%-24s %5s %-22s %7s %6s%n", "file", "index", "class", "haproxy", "tandem");
        table.forEach(System.out::println);

        assertThat(different).as(String.join("\n", different)).isEmpty();
    }

    /** Empty where both say the same; begins with an exclamation mark where the difference is no one's intention. */
    private static String reason(Checked haproxy, Checked tandem) {
        if (haproxy.status() == tandem.status()) {
            return "";
        }
        if (tandem.status() == 0 && haproxy.status() == 1) {
            Set<String> refused = places(haproxy, "ALERT");
            Set<String> warned = places(tandem, "WARNING");
            if (!refused.isEmpty() && warned.containsAll(refused)) {
                return "accepted with a warning in line " + String.join(", ", refused) + ": "
                        + lines(haproxy, "ALERT")
                                .findFirst()
                                .map(line -> line.replaceAll(".*\\] ?: ", ""))
                                .orElse("");
            }
        }
        List<String> unsupported = lines(tandem, "ALERT")
                .filter(line -> line.contains("not supported by this version of tandem"))
                .toList();
        return "! "
                + (unsupported.isEmpty() ? tandem.first() : unsupported.get(0).replaceAll(".*\\] ?: ", ""));
    }

    private static Stream<String> lines(Checked checked, String severity) {
        return checked.output().lines().filter(line -> line.startsWith("[" + severity + "]"));
    }

    private static Set<String> places(Checked checked, String severity) {
        return lines(checked, severity)
                .map(PLACE::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void eachFileThatLoadsAnswersAtEveryFrontend() throws Exception {
        List<String> wrong = new ArrayList<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
            connection.setSoTimeout(PATIENCE_MS);
            LoopbackServer.head(connection);
            LoopbackServer.send(connection, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        })) {
            for (Path file : files(corpus())) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                StandIns standIns = new StandIns(directory, server.port());
                String rewritten = standIns.rewrite(text);
                List<String> expected = knockAt(rewritten, standIns.doors(), true);
                List<String> answers = knockAt(rewritten, standIns.doors(), false);
                String verdict = verdict(expected, answers);
                System.out.printf("%-24s %s%n", file.getFileName(), verdict);
                if (verdict.startsWith("!")) {
                    wrong.add(file.getFileName() + ": " + verdict);
                }
            }
        }

        assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
    }

    private static String verdict(List<String> haproxy, List<String> tandem) {
        if (tandem.size() == 1 && tandem.get(0).startsWith("refused")) {
            return (haproxy.equals(tandem) || haproxy.get(0).startsWith("refused") ? "" : "! ") + tandem.get(0);
        }
        if (haproxy.size() == 1 && haproxy.get(0).startsWith("refused")) {
            boolean served = tandem.stream().allMatch(answer -> answer.startsWith("HTTP/"));
            return (served ? "" : "! ") + "only here: " + summary(tandem) + ", haproxy " + haproxy.get(0);
        }
        return haproxy.equals(tandem) ? summary(tandem) : "! haproxy " + haproxy + ", tandem " + tandem;
    }

    private static String summary(List<String> answers) {
        Map<String, Integer> counts = new java.util.TreeMap<>();
        answers.forEach(answer -> counts.merge(answer, 1, Integer::sum));
        return answers.size() + " doors: " + counts;
    }

    private static List<String> knockAt(String configuration, List<Door> doors, boolean oracle) throws Exception {
        try (RunningProxy proxy = new RunningProxy(configuration, oracle)) {
            Objects.requireNonNull(proxy);
            List<String> answers = new ArrayList<>();
            for (Door door : doors) {
                answers.add(knock(door));
            }
            return answers;
        } catch (IOException | IllegalStateException refused) {
            String said = String.valueOf(refused.getMessage());
            return List.of("refused: " + said.substring(0, Math.min(said.length(), 300)));
        }
    }

    /** The status line, or how else it ended. */
    private static String knock(Door door) throws Exception {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port()), PATIENCE_MS);
            plain.setSoTimeout(PATIENCE_MS);
            if (door.header()) {
                LoopbackServer.send(plain, "PROXY TCP4 127.0.0.1 127.0.0.1 1000 80\r\n");
            }
            Socket socket = door.tls()
                    ? TrustingClient.context().getSocketFactory().createSocket(plain, "localhost", door.port(), true)
                    : plain;
            LoopbackServer.send(socket, "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
            return firstLine(socket.getInputStream());
        } catch (SocketTimeoutException silent) {
            return "silence";
        } catch (SSLException refused) {
            return "no handshake";
        } catch (IOException closed) {
            return "closed";
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\r' && c != '\n' && line.length() < 200; c = in.read()) {
            line.append((char) c);
        }
        return line.isEmpty() ? "closed" : line.toString();
    }

    private static Path corpus() throws Exception {
        String given = System.getProperty("tandem.corpus");
        return given == null
                ? Path.of(Objects.requireNonNull(CorpusDifferentialTest.class.getResource("whole"))
                        .toURI())
                : Path.of(given);
    }

    private static List<Path> files(Path where) throws IOException {
        try (Stream<Path> all = Files.list(where)) {
            return all.filter(file -> file.toString().endsWith(".cfg")).sorted().toList();
        }
    }

    /** Status and class by the file's number. */
    private static Map<String, String[]> index(Path where) throws IOException {
        Map<String, String[]> rows = new HashMap<>();
        Path file = where.resolve("index.tsv");
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] cells = line.split("\t", -1);
                rows.put(cells[0], new String[] {cells[4], cells.length > 5 ? cells[5] : ""});
            }
        }
        return rows;
    }
}
