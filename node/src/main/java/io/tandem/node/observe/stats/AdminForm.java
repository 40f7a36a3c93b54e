// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.backend.ServerState;
import io.tandem.node.language.Arguments;
import io.tandem.node.rules.Termination;
import io.tandem.node.setup.Configuration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the form of the statistics page asks for, once: {@code s=SERVER&action=ACTION&b=BACKEND}, any number of servers. Read
 * as HAProxy does, from the end to the beginning: the last {@code action} and the last {@code b} count, and the last server
 * comes first. On the exchange's loop.
 */
final class AdminForm {
    /** What has become of it; the page shows the sentence. */
    enum Outcome {
        DONE("active_up", "Action processed successfully."),
        NONE("active_going_down", "Nothing has changed."),
        PART(
                "active_going_down",
                "Action partially processed.<br>Some server names are probably unknown or ambiguous (duplicated names in"
                        + " the backend)."),
        ERRP(
                "active_down",
                """
                Action not processed because of invalid parameters.<ul><li>The action is maybe unknown.</li><li>Invalid key\
                 parameter (empty or too long).</li><li>The backend name is probably unknown or ambiguous (duplicated\
                 names).</li><li>Some server names are probably unknown or ambiguous (duplicated names in the backend).</li>\
                </ul>"""),
        EXCD(
                "active_down",
                "<b>Action not processed : the buffer couldn't store all the data.<br>You should retry with less servers at"
                        + " a time.</b>"),
        DENY("active_down", "<b>Action denied.</b>"),
        UNKN("active_no_check", "Unexpected result.");

        private final String style;
        private final String sentence;

        Outcome(String style, String sentence) {
            this.style = style;
            this.sentence = sentence;
        }

        /** The class of its colour. */
        String style() {
            return style;
        }

        /** HTML. */
        String sentence() {
            return sentence;
        }

        /** The one that the options behind an URI name ({@code ;st=DONE}), or null where they name none in four letters. */
        static @Nullable Outcome in(String options) {
            int at = options.indexOf(";st=");
            int name = at + ";st=".length();
            if (at < 0 || name + 4 > options.length()) {
                return null;
            }
            for (Outcome outcome : values()) {
                if (options.startsWith(outcome.name(), name)) {
                    return outcome;
                }
            }
            return UNKN;
        }
    }

    /** What may be done; the form shows the first thirteen, HAProxy understands the old ones as well. */
    static final List<String> ACTIONS = List.of(
            "ready",
            "drain",
            "maint",
            "dhlth",
            "ehlth",
            "hrunn",
            "hnolb",
            "hdown",
            "dagent",
            "eagent",
            "arunn",
            "adown",
            "shutdown",
            "disable",
            "enable",
            "stop",
            "start");

    private static final int LONGEST_PARAMETER = 2047;

    private final Configuration configuration;
    private final ServerAdmin admin;
    private @Nullable String action;
    private @Nullable Backend backend;
    /** Whether a server stood behind the names that say what is done to it. */
    private boolean again;

    private int changed;
    private int unknown;

    /** @param admin does what is asked for */
    AdminForm(Configuration configuration, ServerAdmin admin) {
        this.configuration = configuration;
        this.admin = admin;
    }

    /** @param body as the browser sent it */
    Outcome perform(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        if (!read(text)) {
            return Outcome.ERRP;
        }
        if (again && action != null && backend != null && !read(text)) {
            return Outcome.ERRP;
        }
        if (changed == 0) {
            return unknown == 0 ? Outcome.NONE : Outcome.ERRP;
        }
        return unknown == 0 ? Outcome.DONE : Outcome.PART;
    }

    /** Reads all parameters from the last one on; false where one is wrong. */
    private boolean read(String text) {
        boolean knownBefore = action != null && backend != null;
        int end = text.length();
        while (end > 0) {
            int ampersand = text.lastIndexOf('&', end - 1);
            int start =
                    ampersand <= 0 ? 0 : ampersand + 1; // one at the very beginning belongs to the name, as in HAProxy
            String parameter = text.substring(start, end);
            end = Math.max(ampersand, 0);
            if (parameter.isEmpty()) {
                continue;
            }
            if (parameter.length() > LONGEST_PARAMETER) {
                return false;
            }
            int equals = parameter.indexOf('=');
            String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
            if (name == null || value == null) {
                return true; // what stands before it is not looked at
            }
            if (!take(name, value, knownBefore)) {
                return false;
            }
        }
        return true;
    }

    private boolean take(String name, String value, boolean knownBefore) {
        switch (name) {
            case "action" -> {
                if (action == null) {
                    action = ACTIONS.contains(value) ? value : null;
                    return action != null;
                }
            }
            case "b" -> {
                if (backend == null) {
                    backend = find(value).orElse(null);
                    return backend != null;
                }
            }
            case "s" -> {
                String wanted = action;
                Backend its = backend;
                if (wanted == null || its == null) {
                    again = true;
                } else if (!again || knownBefore) {
                    its.server(value).ifPresentOrElse(server -> change(its, server, wanted), () -> unknown++);
                }
            }
            default -> {} // HAProxy passes over them too
        }
        return true;
    }

    private Optional<Backend> find(String name) {
        if (!name.startsWith("#")) {
            return configuration.backend(name);
        }
        int id = Arguments.leadingInteger(name.substring(1));
        return configuration.backends().stream().filter(b -> b.id() == id).findFirst();
    }

    private void change(Backend its, Server server, String wanted) {
        if (perform(its, server, wanted)) {
            changed++;
        }
    }

    /** False where it does not apply to the server, or is the case already. */
    private boolean perform(Backend its, Server server, String wanted) {
        ServerState state = server.state();
        boolean checked = server.description().check() != null;
        boolean asked = server.description().agent() != null;
        boolean follows = server.description().follows() != null;
        boolean applies =
                switch (wanted) {
                    case "disable" -> !state.admin().ownMaintenance();
                    case "enable" -> state.admin().ownMaintenance();
                    case "stop" -> !state.admin().ownDrain();
                    case "start" -> state.admin().ownDrain();
                    case "dhlth", "ehlth" -> checked;
                    case "hrunn", "hnolb", "hdown" -> !follows;
                    case "dagent", "eagent", "arunn", "adown" -> asked;
                    default -> true;
                };
        if (applies) {
            switch (wanted) {
                case "ready" -> admin.ready(its, server);
                case "drain" -> admin.drain(its, server);
                case "maint" -> admin.maintenance(its, server);
                case "disable" -> admin.maintenance(its, server, " ('disable' on stats page)");
                case "enable" -> admin.enable(its, server);
                case "stop" -> admin.beginDrain(its, server, " ('stop' on stats page)");
                case "start" -> admin.endDrain(its, server);
                case "dhlth" -> admin.checks(server, false);
                case "ehlth" -> admin.checks(server, true);
                case "hrunn" -> admin.healthUp(its, server);
                case "hnolb" -> admin.healthStopping(its, server);
                case "hdown" -> admin.healthDown(its, server);
                case "dagent" -> admin.agent(server, false);
                case "eagent" -> admin.agent(server, true);
                case "arunn" -> admin.agentUp(its, server);
                case "adown" -> admin.agentDown(its, server);
                case "shutdown" -> state.sessions().kill(Termination.KILLED);
                default -> throw new IllegalStateException("an action without a meaning: " + wanted);
            }
        }
        return applies;
    }

    /** The text of a form's name or value; null where an escape is none. */
    private static @Nullable String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                boolean whole = i + 2 < text.length();
                int high = whole ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = whole ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                out.append((char) (high << 4 | low));
                i += 2;
            } else {
                out.append(c == '+' ? ' ' : c);
            }
        }
        return out.toString();
    }
}
