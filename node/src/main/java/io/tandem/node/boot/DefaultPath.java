// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.setup.Assembly;
import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code default-path}: relative file names of a configuration begin in another directory. As HAProxy, the process goes there while
 * it reads and builds the configuration, and back; names stay as they are written, for operators call files by them. The
 * kernel resolves relative names of the Java runtime as long as nobody asks for an absolute one, which nobody does.
 */
final class DefaultPath implements Facet {
    private static final FacetKey<DefaultPath> KEY = new FacetKey<>(DefaultPath.class, DefaultPath::new);
    private static final Path HERE = Path.of("/proc/self/cwd");
    private static final List<String> MODES = List.of("current", "config", "parent", "origin");

    private String mode = MODES.get(0);
    private Origin origin = new Origin("", 0, 0);
    /** Where the process was; null while no line has moved it. */
    private @Nullable String home;
    /** Where relative names begin. */
    private String directory = "";

    @Override
    public Facet inherit() {
        return new DefaultPath();
    }

    static void read(Arguments line, Draft global) {
        String mode = line.next();
        if (!MODES.contains(mode)) {
            throw line.error((mode.isEmpty() ? "missing" : "unsupported") + " default-path mode '" + mode
                    + "' for 'default-path', supported modes include 'current', 'config', 'parent', and 'origin'.");
        }
        DefaultPath self = global.facet(KEY);
        String path =
                switch (mode) {
                    case "origin" ->
                        line.require("'default-path origin' expects a directory as an argument.")
                                .text();
                    case "config" -> directoryOf(line.origin().file());
                    case "parent" -> directoryOf(line.origin().file()) + "/..";
                    default -> ".";
                };
        self.mode = mode;
        self.origin = line.origin();
        try {
            self.back();
            self.go(path);
        } catch (IOException failure) {
            throw line.error(
                    "couldn't set 'default-path' to " + mode + " '" + path + "': " + failure.getMessage() + ".");
        }
    }

    private static String directoryOf(String file) {
        int slash = file.lastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : file.substring(0, slash);
    }

    private void go(String path) throws IOException {
        if (mode.equals(MODES.get(0))) {
            return;
        }
        String from = Files.readSymbolicLink(HERE).toString();
        if (Libc.C.chdir(path) != 0) {
            String why = Files.exists(Path.of(path)) ? "Not a directory" : "No such file or directory";
            throw new IOException("Impossible to get back to directory '" + from + "': " + why); // sic
        }
        home = from;
        directory = Files.readSymbolicLink(HERE).toString();
    }

    private void back() throws IOException {
        String from = home;
        if (from != null) {
            home = null;
            if (Libc.C.chdir(from) != 0) {
                throw new IOException("Impossible to get back to directory '" + from + "'");
            }
        }
    }

    /** A configuration has been read, or built: relative names begin where they did before. */
    static void leave(Drafts drafts) {
        try {
            drafts.global().facet(KEY).back();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** A configuration that has been read is about to be built. */
    static void enter(Drafts drafts) {
        DefaultPath self = drafts.global().facet(KEY);
        if (!self.directory.isEmpty() && self.home == null) {
            try {
                self.go(self.directory);
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    /** One directory serves a whole configuration. */
    static void refuseSeveral(Assembly assembly) {
        DefaultPath self = assembly.drafts().global().facet(KEY);
        if (!self.mode.equals("config") && !self.mode.equals("parent")) {
            return;
        }
        String own = directoryOf(self.origin.file());
        assembly.drafts().proxies().stream()
                .map(proxy -> directoryOf(proxy.origin().file()))
                .filter(other -> !Objects.equals(other, own))
                .findFirst()
                .ifPresent(other -> assembly.problems()
                        .alert(
                                self.origin,
                                "parsing [" + self.origin.place() + "] : 'default-path " + self.mode
                                        + "' is not supported by this version of tandem where files lie in several"
                                        + " directories ('" + own + "', '" + other + "'): use 'default-path origin'."));
    }
}
