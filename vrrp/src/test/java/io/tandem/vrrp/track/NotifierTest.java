// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.MailConfig;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.vrrp.election.Reason;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is told of transitions, and how: the words are those that keepalived 2.2.7 was seen to use. */
@Timeout(60)
class NotifierTest {
    @TempDir
    Path directory;

    private final RecordedLog log = new RecordedLog();
    private final List<String> mails = new CopyOnWriteArrayList<>();
    private final Notifier notifier = new Notifier(log, (subject, text) -> mails.add(subject + ": " + text));

    @AfterEach
    void close() {
        notifier.close();
    }

    @Test
    void scriptsGetKeepalivedsArgumentsInItsOrder() throws IOException {
        Path out = directory.resolve("out");
        Script script = script(out);
        VirtualRouterConfig config = router(
                "VI_1",
                new Notify(
                        Map.of(
                                Moment.MASTER, with(script, "became master"),
                                Moment.STOP, with(script, "stopped"),
                                Moment.MASTER_RX_LOWER_PRI, with(script, "lower")),
                        with(script, "any"),
                        false,
                        false,
                        false));
        notifier.configure(config(List.of(config)), List.of());

        move(config, 150, State.BACKUP, State.ACTIVE);
        Soon.until("both ran", () -> Soon.lines(out).size() == 2);
        assertThat(Soon.lines(out)).containsExactlyInAnyOrder("became master", "any INSTANCE VI_1 MASTER 150");
        notifier.onLowerPriority(config, 150);
        Soon.until("told of the lower one", () -> Soon.lines(out).contains("lower"));
        move(config, 150, State.ACTIVE, State.INITIALIZE);
        Soon.until("told of the end", () -> Soon.lines(out).size() == 5);
        assertThat(Soon.lines(out)).contains("stopped", "any INSTANCE VI_1 STOP 150");
        assertThat(log.lines).isEmpty();
    }

    @Test
    void aFloodOfLowerAdvertisementsIsOneEvent() throws IOException {
        Path out = directory.resolve("out");
        VirtualRouterConfig config = router(
                "VI_1",
                new Notify(Map.of(Moment.MASTER_RX_LOWER_PRI, with(script(out), "x")), null, false, false, false));
        notifier.configure(config(List.of(config)), List.of());

        for (int i = 0; i < 500; i++) {
            notifier.onLowerPriority(config, 150);
        }
        Soon.until("told", () -> !Soon.lines(out).isEmpty());
        assertThat(Soon.lines(out).size()).isLessThan(50);
    }

    @Test
    void groupsAreToldOfWhenTheirLastMemberHasMoved() throws IOException {
        Path fifo = directory.resolve("fifo");
        VirtualRouterConfig one = router("V1", Notify.NONE);
        VirtualRouterConfig two = router("V2", Notify.NONE);
        List<String> told = toldOn(fifo, List.of(one, two), () -> {
            move(one, 150, State.INITIALIZE, State.BACKUP);
            move(two, 140, State.INITIALIZE, State.BACKUP);
            notifier.onPriority(one, 104, State.BACKUP);
            move(one, 150, State.BACKUP, State.ACTIVE);
            move(two, 140, State.BACKUP, State.ACTIVE);
            move(two, 140, State.ACTIVE, State.FAULT);
            move(one, 150, State.ACTIVE, State.FAULT);
            move(one, 150, State.FAULT, State.INITIALIZE);
            move(two, 140, State.FAULT, State.INITIALIZE);
        });

        assertThat(told)
                .containsExactly(
                        "INSTANCE \"V1\" BACKUP 150",
                        "INSTANCE \"V2\" BACKUP 140",
                        "GROUP \"G\" BACKUP 0",
                        "INSTANCE \"V1\" MASTER 150",
                        "INSTANCE \"V2\" MASTER 140",
                        "GROUP \"G\" MASTER 0",
                        "INSTANCE \"V2\" FAULT 140",
                        "INSTANCE \"V1\" FAULT 150",
                        "GROUP \"G\" FAULT 0",
                        "INSTANCE \"V1\" STOP 150",
                        "INSTANCE \"V2\" STOP 140",
                        "GROUP \"G\" STOP 0");
    }

    @Test
    void whatAReloadTookAwayIsToldOfAsKeepalivedDoes() throws IOException {
        Path fifo = directory.resolve("fifo");
        VirtualRouterConfig plain = router("V2", Notify.NONE);
        VirtualRouterConfig asked = router("V3", new Notify(Map.of(), null, true, true, false));
        List<String> told = toldOn(fifo, List.of(plain, asked), () -> {
            notifier.onPriority(asked, 103, State.BACKUP);
            notifier.onPriority(asked, 110, State.ACTIVE);
            notifier.onDeleted(plain);
            move(plain, 100, State.ACTIVE, State.INITIALIZE);
            notifier.onDeleted(asked);
            move(asked, 100, State.ACTIVE, State.INITIALIZE);
        });

        assertThat(told)
                .containsExactly(
                        "INSTANCE \"V3\" BACKUP_PRIORITY 103",
                        "INSTANCE \"V3\" MASTER_PRIORITY 110",
                        "INSTANCE \"V2\" FAULT 100",
                        "INSTANCE \"V3\" DELETED 100");
    }

    @Test
    void aFullFifoDelaysNobodyAndIsComplainedOfOnce() throws IOException {
        Path fifo = directory.resolve("fifo");
        Path out = directory.resolve("out");
        VirtualRouterConfig config =
                router("VI_1", new Notify(Map.of(Moment.FAULT, with(script(out), "x")), null, false, false, true));
        VrrpConfig vrrp = config(List.of(config), new NotifyFifo(fifo, null, null, null));
        notifier.configure(vrrp, List.of());

        for (int i = 1; i <= 4_000; i++) {
            move(config, 100, State.ACTIVE, State.BACKUP);
            if (i % 200 == 0) {
                int told = i;
                Soon.until(
                        "taken",
                        () -> mails.stream()
                                        .filter(mail -> mail.contains("Instance"))
                                        .count()
                                == told);
            }
        }
        move(config, 100, State.BACKUP, State.FAULT);
        Soon.until("scripts run all the same", () -> !Soon.lines(out).isEmpty());
        assertThat(log.warnings.stream().filter(line -> line.contains("is full")))
                .hasSize(1);
        notifier.close();
        assertThat(fifo).as("it was made, so it is removed").doesNotExist();
    }

    @Test
    void aFileThatIsNoPipeIsLeftAlone() throws IOException {
        Path file = Files.writeString(directory.resolve("fifo"), "precious");
        VirtualRouterConfig config = router("VI_1", Notify.NONE);
        notifier.configure(config(List.of(config), new NotifyFifo(file, null, null, null)), List.of());
        move(config, 100, State.BACKUP, State.ACTIVE);

        Soon.until("refused", () -> log.warnings.stream().anyMatch(line -> line.contains("is no named pipe")));
        notifier.close();
        assertThat(file).hasContent("precious");
    }

    @Test
    void aFifosScriptIsGivenItsPathAndEndsWithUs() throws IOException {
        Path fifo = directory.resolve("fifo");
        Path out = directory.resolve("out");
        Path program = Files.writeString(
                directory.resolve("reader.sh"),
                "trap 'echo ended >> " + out + "; exit' TERM\necho \"$@\" >> " + out
                        + "\nwhile read line; do echo \"$line\" >> " + out + "; done < \"$2\"\n");
        Script reader = new Script(List.of("sh", program.toString(), "first"), null, null);
        VirtualRouterConfig config = router("VI_1", Notify.NONE);
        notifier.configure(config(List.of(config), new NotifyFifo(fifo, null, null, reader)), List.of());
        move(config, 100, State.BACKUP, State.ACTIVE);

        Soon.until("read", () -> Soon.lines(out).contains("INSTANCE \"VI_1\" MASTER 100"));
        assertThat(Soon.lines(out).get(0)).isEqualTo("first " + fifo);
        notifier.close();
        Soon.until("ended", () -> Soon.lines(out).contains("ended"));
    }

    @Test
    void scriptsThatHangAreBoundedAndDelayNobody() throws IOException {
        Path out = directory.resolve("out");
        VirtualRouterConfig hangs = router(
                "hangs", new Notify(Map.of(), new Script(List.of("sleep", "100"), null, null), false, false, false));
        VirtualRouterConfig works =
                router("works", new Notify(Map.of(Moment.MASTER, with(script(out), "x")), null, false, false, false));
        notifier.configure(config(List.of(hangs, works)), List.of());
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        try {
            for (int i = 0; i < 20; i++) {
                move(hangs, 100, State.ACTIVE, State.BACKUP);
            }
            move(works, 100, State.BACKUP, State.ACTIVE);
            Soon.until("told", () -> Soon.lines(out).equals(List.of("x")));
        } finally {
            notifier.close();
            ProcessHandle.current()
                    .children()
                    .filter(child -> !before.contains(child))
                    .filter(child -> child.info().commandLine().orElse("").contains("sleep 100"))
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void mailsHaveKeepalivedsWords() {
        VirtualRouterConfig one = router("V1", new Notify(Map.of(), null, false, false, true));
        MailConfig mail = new MailConfig("127.0.0.1", 25, "h", Duration.ofSeconds(1), "a@b", List.of("c@d"), true);
        VrrpGlobals globals =
                new VrrpGlobals("n", List.of(), false, mail, null, Duration.ZERO, null, Duration.ZERO, Duration.ZERO);
        SyncGroupConfig group =
                new SyncGroupConfig("G", List.of("V1"), Tracks.NONE, new Notify(Map.of(), null, false, false, true));
        notifier.configure(new VrrpConfig(List.of(one), List.of(group), globals), List.of());

        move(one, 100, State.BACKUP, State.ACTIVE);
        move(one, 100, State.ACTIVE, State.FAULT);
        move(one, 100, State.FAULT, State.INITIALIZE);
        notifier.close();

        assertThat(mails)
                .containsExactly(
                        "VRRP Instance V1 - Entering MASTER state: => VRRP Instance is now owning VRRP VIPs <=",
                        "VRRP Group G - Entering MASTER state: => All VRRP group instances are now in MASTER state <=",
                        "VRRP Instance V1 - Entering FAULT state: => VRRP Instance is no longer owning VRRP VIPs <=",
                        "VRRP Group G - Entering FAULT state: => All VRRP group instances are now in FAULT state <=");
    }

    /** What a reader of the pipe sees. */
    private List<String> toldOn(Path fifo, List<VirtualRouterConfig> routers, Runnable what) throws IOException {
        List<String> lines = new ArrayList<>();
        notifier.configure(config(routers, new NotifyFifo(fifo, null, null, null)), List.of());
        Soon.until("made", () -> Files.exists(fifo));
        Process reader = new ProcessBuilder("cat", fifo.toString()).start();
        try {
            what.run();
            notifier.onLowerPriority(router("end", Notify.NONE), 1);
            var in = reader.inputReader();
            String line;
            while ((line = in.readLine()) != null && !line.startsWith("INSTANCE \"end\"")) {
                lines.add(line);
            }
        } finally {
            reader.destroyForcibly();
        }
        return lines;
    }

    private void move(VirtualRouterConfig config, int priority, State from, State to) {
        notifier.onState(config, priority, new StateChange(from, to, Reason.STARTUP, null, null));
    }

    /** Appends its words to the file, in one write. */
    private Script script(Path out) throws IOException {
        Path program = Files.writeString(directory.resolve("notify.sh"), "echo \"$@\" >> " + out + "\n");
        return new Script(List.of("sh", program.toString()), null, null);
    }

    private static Script with(Script script, String argument) {
        List<String> words = new ArrayList<>(script.command());
        words.add(argument);
        return new Script(words, null, null);
    }

    private static VirtualRouterConfig router(String name, Notify notify) {
        return new VirtualRouterConfigBuilder(name, "eth0", 51).scripts(notify).build();
    }

    private static VrrpConfig config(List<VirtualRouterConfig> routers, NotifyFifo... fifos) {
        VrrpGlobals defaults = VrrpGlobals.DEFAULT;
        return new VrrpConfig(
                routers,
                List.of(new SyncGroupConfig(
                        "G", routers.stream().map(VirtualRouterConfig::name).toList(), Tracks.NONE, Notify.NONE)),
                new VrrpGlobals(
                        null,
                        List.of(fifos),
                        false,
                        null,
                        null,
                        defaults.startupLimit(),
                        null,
                        defaults.shutdownLimit(),
                        Duration.ZERO));
    }
}
