// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Environment;
import io.tandem.config.haproxy.HaproxyFiles;
import io.tandem.config.haproxy.ParsedConfig;
import io.tandem.config.haproxy.Platform;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.text.Bytes;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
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

    Loader(CommandLine command, Platform platform) {
        this.command = command;
        this.platform = platform;
    }

    /** Reads words and lines; problems are collected, nothing is started. */
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
            return new Loaded(drafts, problems, named.cluster(), true);
        }
        Problems found = new Problems();
        return read(HaproxyFiles.read(files, found), environment, named.cluster(), found, problems, drafts);
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
        ParsedConfig config = HaproxyFiles.parse(sources, environment, platform, command.diagnostics(), found);
        LoadOptions options = new LoadOptions(
                environment,
                command.ignoreResolution(),
                command.verifyNoServer(),
                command.diagnostics(),
                command.maxConnectionsPerProxy());
        drafts.environment(environment);
        Timeline timeline = new Timeline(found.all(), config, problems);
        SectionReader reader =
                new SectionReader(new LoadContext(problems, Assembler.KEYWORDS, drafts, options), timeline);
        reader.read(config.sections());
        return new Loaded(drafts, problems, cluster, reader.aborted() || config.abortedAt() != null);
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
