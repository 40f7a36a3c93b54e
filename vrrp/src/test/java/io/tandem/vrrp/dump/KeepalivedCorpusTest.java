// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.keepalived.KeepalivedHost;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.NetNamespace;
import io.tandem.vrrp.netlink.Privileges;
import io.tandem.vrrp.router.RouterStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole keepalived.conf files given to {@code keepalived -t}, and to a keepalived that runs: its exit status is ours, and
 * so are its instances, as its JSON shows them. {@code -Dtandem.corpus.keepalived=DIRECTORY} takes others than those here;
 * the table is printed.
 */
@Timeout(900)
class KeepalivedCorpusTest {

    /** What a running keepalived may say otherwise: where it stands, and what it is told about it by nobody. */
    private static final Set<String> NOT_COMPARED = Set.of(
            "master_priority",
            "last_transition",
            "effective_priority",
            "vipset",
            "state",
            "wantstate",
            "master_adver_int",
            "auth_data",
            "skip_check_adv_addr");

    @TempDir
    Path directory;

    private record Row(String file, int theirs, int ours, String instances, List<String> differences) {}

    @Test
    @Tag("vrrp-case-55")
    void everyFileGetsKeepalivedsVerdictAndInstances() throws Exception {
        Privileges.needRoot();
        boolean ready = Files.isExecutable(RunningKeepalived.PROGRAM);
        assertThat(ready || !"true".equals(System.getenv("CI")))
                .as("keepalived is installed")
                .isTrue();
        Assumptions.assumeTrue(ready);
        List<Row> rows = new ArrayList<>();
        try (NetNamespace bare = RunningKeepalived.namespace(List.of("eth0"));
                NetNamespace full = RunningKeepalived.namespace(RunningKeepalived.INTERFACES)) {
            for (Path file : files()) {
                rows.add(compare(file, bare, full));
            }
        }
        System.out.println(table(rows));
        assertThat(rows).isNotEmpty();
        for (Row row : rows) {
            assertThat(row.differences()).as(row.file()).isEmpty();
            assertThat(row.ours()).as(row.file() + ": exit status").isEqualTo(row.theirs());
        }
    }

    private static List<Path> files() throws IOException {
        String given = System.getProperty("tandem.corpus.keepalived");
        try (Stream<Path> found = Files.list(Path.of(given == null ? "src/test/resources/keepalived" : given))) {
            return found.filter(file -> file.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
        }
    }

    private Row compare(Path file, NetNamespace bare, NetNamespace full) throws Exception {
        int theirs = check(file, bare);
        Problems problems = new Problems();
        KeepalivedConf conf = load(file, bare, problems);
        List<String> differences = new ArrayList<>();
        KeepalivedConf whole = load(file, full, new Problems());
        Set<String> names = new LinkedHashSet<>();
        if (!whole.routers().isEmpty()) {
            String json = RunningKeepalived.json(directory, file, full);
            if (json.isEmpty()) {
                return new Row(
                        String.valueOf(file.getFileName()),
                        theirs,
                        conf.checkStatus(),
                        problems.hasAlerts()
                                ? "neither runs"
                                : "keepalived does not run; Tandem waits for the interfaces",
                        problems.hasAlerts()
                                        || problems.all().stream()
                                                .anyMatch(each -> each.text().startsWith("Non-existent interface"))
                                ? List.of()
                                : List.of("keepalived does not run, Tandem does"));
            }
            Map<String, Map<String, String>> running = instances(json);
            Map<String, Map<String, String>> own = instances(JsonDump.of(snapshot(whole)));
            names.addAll(running.keySet());
            names.addAll(own.keySet());
            for (String name : names) {
                compare(name, running.get(name), own.get(name), differences);
            }
        }
        String refused = problems.all().stream()
                .filter(problem -> problem.severity() == Severity.ALERT)
                .map(Problem::text)
                .reduce("", (one, two) -> one + (one.isEmpty() ? "" : "; ") + two.replaceFirst("^\\([^)]*\\) ", ""));
        String what = names.size()
                + (differences.isEmpty() ? " same" : " differ")
                + (refused.isEmpty() ? "" : ", refused here: " + refused);
        return new Row(
                String.valueOf(file.getFileName()),
                theirs,
                conf.checkStatus(),
                what,
                refused.isEmpty() ? differences : List.of());
    }

    private static void compare(
            String name,
            @Nullable Map<String, String> theirs,
            @Nullable Map<String, String> ours,
            List<String> differences) {
        if (theirs == null || ours == null) {
            differences.add(name + ": only " + (theirs == null ? "ours" : "keepalived's"));
            return;
        }
        Set<String> keys = new LinkedHashSet<>(theirs.keySet());
        keys.addAll(ours.keySet());
        keys.removeAll(NOT_COMPARED);
        for (String key : keys) {
            String one = shown(key, theirs.get(key));
            String other = shown(key, ours.get(key));
            // What it does not find when it starts it forgets; Tandem tries when the time comes.
            boolean forgotten = key.startsWith("script") && one.equals("null") && other.startsWith("\"'");
            if (!one.equals(other) && !forgotten) {
                differences.add(name + ": " + key + ": keepalived " + one + ", here " + other);
            }
        }
    }

    /** An address is " set" where an instance happens to be Active; programs are looked up along the PATH by keepalived. */
    private static String shown(String key, @Nullable String value) {
        String text = String.valueOf(value).replace(" set\"", "\"").replace(" no_track\"", "\"");
        return key.contains("script") ? text.replaceAll("'/[^']*/([^/']+)'", "'$1'") : text;
    }

    static KeepalivedConf load(Path file, NetNamespace namespace, Problems problems) throws IOException {
        String host =
                Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().split("\\.", 2)[0];
        return namespace.run(() -> KeepalivedConf.load(file, KeepalivedHost.current(System.getenv(), host), problems));
    }

    static Snapshot snapshot(KeepalivedConf conf) {
        List<RouterStatus> standing = new ArrayList<>();
        for (VirtualRouterConfig config : conf.routers()) {
            standing.add(new RouterStatus(
                    config.name(),
                    config.vrid(),
                    config.interfaceName(),
                    State.BACKUP,
                    "",
                    0,
                    config.priority(),
                    List.of(),
                    "",
                    Map.of(),
                    List.of(),
                    null));
        }
        return new Snapshot(conf.vrrp(), standing, "host", Instant.EPOCH);
    }

    private int check(Path file, NetNamespace namespace) throws Exception {
        Process process = new ProcessBuilder(
                        "nsenter",
                        "--net=" + namespace.path(),
                        "timeout",
                        "10",
                        RunningKeepalived.PROGRAM.toString(),
                        "-t",
                        "-f",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Each instance's keys and values, as JSON. */
    private static Map<String, Map<String, String>> instances(String json) {
        Config all = ConfigFactory.parseString("{\"all\":" + json + "}");
        Map<String, Map<String, String>> instances = new LinkedHashMap<>();
        for (ConfigObject object : all.getObjectList("all")) {
            Map<String, String> values = new TreeMap<>();
            ConfigObject data = (ConfigObject) Objects.requireNonNull(object.get("data"));
            for (Map.Entry<String, ConfigValue> entry : data.entrySet()) {
                values.put(entry.getKey(), entry.getValue().render(ConfigRenderOptions.concise()));
            }
            instances.put(
                    String.valueOf(Objects.requireNonNull(data.get("iname")).unwrapped()), values);
        }
        return instances;
    }

    private static String table(List<Row> rows) {
        StringBuilder text = new StringBuilder("\nfile               keepalived -t  tandem vrrp -t  instances\n");
        for (Row row : rows) {
            text.append("%-18s %-14d %-15d %s%n".formatted(row.file(), row.theirs(), row.ours(), row.instances()));
            row.differences().forEach(each -> text.append("    ").append(each).append('\n'));
        }
        return text.toString();
    }
}
