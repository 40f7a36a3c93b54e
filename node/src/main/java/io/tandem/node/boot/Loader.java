// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Environment;
import io.tandem.config.haproxy.HaproxyFiles;
import io.tandem.config.haproxy.Platform;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.text.Bytes;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.HeapRoom;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.LoadOptions;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.socket.HostName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the files of a command line into drafts, and builds configurations of them. */
final class Loader {
    private final CommandLine command;
    private final Platform platform;
    /** Bytes of the configuration that serves, and of the first one that did; negative before. */
    private long running;

    private long atStart = -1;

    Loader(CommandLine command, Platform platform) {
        this.command = command;
        this.platform = platform;
    }

    /**
     * Reads words and lines; problems are collected, nothing is started.
     *
     * @throws HeapRoom.Exhausted where the heap does not hold them
     */
    Loaded read() {
        Problems problems = new Problems();
        Drafts drafts = new Drafts(new Draft(SectionKind.GLOBAL, "", new Origin("", 0, 0)));
        Environment environment = environment();
        ConfigFiles named = ConfigFiles.of(command, problems);
        List<String> files = HaproxyFiles.expand(named.proxyFiles(), problems);
        if (files.isEmpty() && !named.proxyFiles().isEmpty() && !problems.hasAlerts()) { // HAProxy shows its usage
            problems.add(Problem.alert(
                    null, "No configuration file (*.cfg) in " + String.join(", ", named.proxyFiles()) + "."));
        }
        if (problems.hasAlerts()) {
            return new Loaded(drafts, problems, named.cluster(), 0, true);
        }
        Problems found = new Problems();
        List<HaproxyFiles.Source> sources = HaproxyFiles.read(files, found);
        HeapRoom.requireConfiguration(weight(sources), running);
        return read(sources, environment, named.cluster(), found, problems, drafts);
    }

    /** The configuration that was read serves from now on. */
    void serves(Loaded loaded) {
        running = loaded.weight();
        if (atStart < 0) {
            atStart = running;
        }
    }

    /** Whether it is so much larger than the first one that the heap is no longer what the launcher would choose. */
    boolean hasOutgrown(Loaded next) {
        return next.weight() > atStart * 3 / 2 && HeapRoom.isNarrow(next.weight());
    }

    /** Bytes that count: without comments and what stands in front of lines. */
    private static long weight(List<HaproxyFiles.Source> sources) {
        long weight = 0;
        for (HaproxyFiles.Source source : sources) {
            String text = source.text();
            int end;
            for (int at = 0; at < text.length(); at = end + 1) {
                int newline = text.indexOf('\n', at);
                end = newline < 0 ? text.length() : newline;
                while (at < end && text.charAt(at) <= ' ') {
                    at++;
                }
                weight += at < end && text.charAt(at) == '#' ? 0 : end - at;
            }
        }
        return weight;
    }

    /** The same for a text of the program's own, which belongs to no cluster. */
    Loaded readText(String name, String text) {
        Drafts drafts = new Drafts(new Draft(SectionKind.GLOBAL, "", new Origin("", 0, 0)));
        return read(
                List.of(new HaproxyFiles.Source(name, text)),
                environment(),
                null,
                new Problems(),
                new Problems(),
                drafts);
    }

    private Loaded read(
            List<HaproxyFiles.Source> sources,
            Environment environment,
            @Nullable ClusterConfig cluster,
            Problems found,
            Problems problems,
            Drafts drafts) {
        LoadOptions options = new LoadOptions(
                environment,
                command.ignoreResolution(),
                command.verifyNoServer(),
                command.diagnostics(),
                command.maxConnectionsPerProxy());
        drafts.environment(environment);
        Timeline timeline = new Timeline(found, HaproxyFiles.names(sources), problems);
        LoadContext context = new LoadContext(problems, Assembler.KEYWORDS, drafts, options);
        try (SectionReader reader = new SectionReader(context, timeline)) {
            Origin abortedAt =
                    HaproxyFiles.parse(sources, environment, platform, command.diagnostics(), found, reader::read);
            reader.finish();
            return new Loaded(drafts, problems, cluster, weight(sources), reader.aborted() || abortedAt != null);
        }
    }

    /** Builds what was read; call only when it was read without alerts. */
    Configuration build(Loaded loaded, NodeRuntime node, @Nullable Configuration previous) {
        return Assembler.assemble(loaded.drafts(), loaded.problems(), node, previous, true);
    }

    private Environment environment() {
        Environment environment = Environment.ofProcess();
        environment.set("HAPROXY_LOCALPEER", Bytes.fromUnicode(HostName.orGiven(command.localPeer())));
        environment.set("HAPROXY_STARTUP_VERSION", NodeRuntime.VERSION);
        if (command.master()) {
            environment.set("HAPROXY_MWORKER", "1");
        }
        return environment;
    }
}
