// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Environment;
import io.tandem.config.haproxy.HaproxyFiles;
import io.tandem.config.haproxy.ParsedConfig;
import io.tandem.config.haproxy.Platform;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.node.backend.Backend;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.LoadOptions;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Tables;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A configuration loaded from text by the real path, for tests of any package. */
public record LoadedText(Configuration configuration, List<Problem> problems, NodeRuntime node) {
    private static final Platform PLATFORM = new Platform() {
        @Override
        public String version() {
            return "2.6.12";
        }

        @Override
        public boolean hasFeature(String name) {
            return false;
        }

        @Override
        public boolean isEnabled(String option) {
            return false;
        }

        @Override
        public String sslLibrary() {
            return "none";
        }

        @Override
        public String opensslVersion() {
            return "1.1.1";
        }
    };

    public static LoadedText of(String text) {
        return reload(text, null, new NodeRuntime(1, "test", 0, new EventLog(), new Tables(1, 0)));
    }

    /** The next configuration of the same process; committed if it has no alert. */
    public LoadedText reload(String text) {
        return reload(text, configuration, node);
    }

    private static LoadedText reload(String text, @Nullable Configuration previous, NodeRuntime node) {
        LoadedText loaded = load(text, previous, node);
        if (loaded.problems.stream().noneMatch(problem -> problem.severity() == Severity.ALERT)) {
            loaded.configuration.commit();
        }
        return loaded;
    }

    /** Loads without committing. */
    static LoadedText load(String text, @Nullable Configuration previous, NodeRuntime node) {
        Problems problems = new Problems();
        ParsedConfig parsed = HaproxyFiles.parse(
                List.of(new HaproxyFiles.Source("t.cfg", text)), new Environment(Map.of()), PLATFORM, false, problems);
        Drafts drafts = SectionReader.read(parsed, problems, LoadOptions.plain());
        Configuration configuration = Assembler.assemble(drafts, problems, node, previous);
        return new LoadedText(configuration, problems.all(), node);
    }

    public Backend backend(String name) {
        return configuration.backend(name).orElseThrow();
    }

    /** The texts of all problems, in order, but for what is said of the TLS engine of this process. */
    public List<String> messages() {
        return problems.stream()
                .map(Problem::text)
                .filter(text -> !text.startsWith("BoringSSL cannot be loaded"))
                .toList();
    }
}
