// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.config.text.Nearest;
import io.tandem.config.text.Times;
import io.tandem.config.text.Word;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code stats socket}, {@code stats timeout} and {@code stats maxconn} of the global section (HAProxy manual 3.1). */
public final class AdminFeature implements Feature {
    /** What the lines said. */
    public static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);

    /** The admin sockets of a configuration. */
    public static final class Settings implements Facet {
        private final List<AdminSocket> sockets = new ArrayList<>();
        private int timeoutMs = 10_000;
        private int maxConnections = 10;

        public List<AdminSocket> sockets() {
            return List.copyOf(sockets);
        }

        /** How long an idle session lives, milliseconds. */
        public int timeoutMs() {
            return timeoutMs;
        }

        /** How many sessions may be open at once. */
        public int maxConnections() {
            return maxConnections;
        }

        @Override
        public Facet inherit() {
            return new Settings(); // global has no defaults to inherit
        }
    }

    private static final Keyword<Directive> SOCKET = Keyword.directive("stats socket", SectionKind.GLOBAL)
            .arguments("<address> [level user|operator|admin] [mode <octal>] [user <name>] [group <name>] …")
            .doc("opens an admin socket")
            .as((line, draft) -> apply(line, draft, AdminFeature::socket));

    private static final Keyword<Directive> TIMEOUT = Keyword.directive("stats timeout", SectionKind.GLOBAL)
            .arguments("<time>")
            .doc("how long an idle session on an admin socket lives")
            .as((line, draft) -> apply(line, draft, AdminFeature::timeout));

    private static final Keyword<Directive> MAXCONN = Keyword.directive("stats maxconn", SectionKind.GLOBAL)
            .arguments("<number>")
            .doc("how many sessions may be open on the admin sockets")
            .as((line, draft) -> apply(line, draft, AdminFeature::maxconn));

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(SOCKET, TIMEOUT, MAXCONN);
    }

    private static void apply(Arguments line, Draft draft, Directive meaning) {
        line.context().drafts().skipNumber(); // the first one makes HAProxy's proxy GLOBAL
        meaning.apply(line, draft);
    }

    private static void socket(Arguments line, Draft draft) {
        Word address = line.require("'stats socket' in global section expects an address or a path to a UNIX socket");
        Level level = Level.OPERATOR;
        int mode = -1;
        String user = null;
        String group = null;
        boolean exposes = false;
        while (line.hasNext()) {
            String option = line.next();
            switch (option) {
                case "level" -> level = level(line);
                case "mode" -> mode = mode(line);
                case "user", "uid" -> user = value(line, option);
                case "group", "gid" -> group = value(line, option);
                case "expose-fd" -> exposes = exposes(line);
                case "process", "thread" -> {
                    value(line, option);
                    line.warn("'stats socket' : '" + option
                            + "' has no effect: the admin socket has a thread of its own.");
                }
                case "name", "severity-output", "accept-proxy", "ssl", "crt", "maxconn", "backlog" ->
                    throw line.error("'stats socket' : '" + option + "' is not supported by this version of tandem");
                default -> {
                    String hint = Nearest.to(option, line.context().keywords().names(BindOption.class))
                            .map(near -> " Did you mean '" + near + "' maybe ?")
                            .orElse("");
                    throw line.error("'stats socket' : unknown keyword '" + option + "'." + hint);
                }
            }
        }
        draft.facet(SETTINGS)
                .sockets
                .add(new AdminSocket(address.text(), level, mode, user, group, exposes, line.origin()));
    }

    private static Level level(Arguments line) {
        if (!line.hasNext()) {
            throw line.error("'stats socket' : ''level' : missing level'");
        }
        String word = line.next();
        for (Level level : Level.values()) {
            if (level.name().toLowerCase(Locale.ROOT).equals(word)) {
                return level;
            }
        }
        throw line.error(
                "'stats socket' : ''level' only supports 'user', 'operator', and 'admin' (got '" + word + "')'");
    }

    private static boolean exposes(Arguments line) {
        String what =
                line.require("'stats socket' : ''expose-fd' : missing fd type'").text();
        if (!what.equals("listeners")) {
            throw line.error("'stats socket' : ''expose-fd' only supports 'listeners' (got '" + what + "')'");
        }
        return true;
    }

    private static int mode(Arguments line) {
        String word = value(line, "mode");
        try {
            int mode = Integer.parseInt(word, 8);
            if (mode >= 0 && mode <= 0777) {
                return mode;
            }
        } catch (NumberFormatException notOctal) {
            // answered below
        }
        throw line.error("'stats socket' : ''mode' : missing or invalid mode '" + word + "' (octal integer expected)'");
    }

    private static String value(Arguments line, String option) {
        String what = option.equals("mode") ? "or invalid mode '' (octal integer expected)" : option + " name";
        return line.require("'stats socket' : ''" + option + "' : missing " + what + "'")
                .text();
    }

    private static void timeout(Arguments line, Draft draft) {
        String word = line.require("'stats timeout' : expects a positive value").text();
        Times time = Times.millis(word);
        if (!time.ok() || time.value() == 0) {
            throw line.error("'stats timeout' : unexpected value '" + word + "': a positive time is expected");
        }
        draft.facet(SETTINGS).timeoutMs = (int) time.value();
    }

    private static void maxconn(Arguments line, Draft draft) {
        String word = line.require("'stats maxconn' expects a positive value").text();
        try {
            int connections = Integer.parseInt(word);
            if (connections > 0) {
                draft.facet(SETTINGS).maxConnections = connections;
                return;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw line.error("'stats maxconn' expects a positive value");
    }
}
