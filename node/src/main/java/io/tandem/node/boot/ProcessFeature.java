// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Times;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.LineError;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import io.tandem.node.socket.Accounts;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The lines of the global section that concern the process as a whole (HAProxy manual 3.1 and 3.2). */
final class ProcessFeature implements Feature {
    static final int MAX_THREADS = 64;
    private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9._-]+");

    /** Changes the settings of the process by one line. */
    private interface Change {
        void apply(Arguments line, ProcessSettings settings);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        List<Keyword<Directive>> all = new ArrayList<>(settings());
        all.addAll(identity());
        all.addAll(environment());
        all.addAll(IgnoredLines.OF_GLOBAL);
        all.addAll(IgnoredLines.ELSEWHERE);
        return all;
    }

    private static List<Keyword<Directive>> settings() {
        return List.of(
                keyword("daemon", "", "goes to the background", (line, s) -> {
                    alone(line);
                    s.daemon = true;
                }),
                keyword(
                        "master-worker",
                        "[no-exit-on-failure]",
                        "a guardian starts and watches the proxy",
                        (line, s) -> {
                            if (line.hasNext() && !line.accept("no-exit-on-failure")) {
                                throw line.error("'master-worker' only supports 'no-exit-on-failure' option.");
                            }
                            s.master = true;
                        }),
                keyword("quiet", "", "says nothing on the terminal", (line, s) -> {
                    alone(line);
                    s.quiet = true;
                }),
                keyword("zero-warning", "", "treats warnings as errors", (line, s) -> {
                    alone(line);
                    s.zeroWarning = true;
                }),
                keyword("nbthread", "<number>", "event loops, by default one per processor", (line, s) -> {
                    int threads = number(line, "'nbthread' passed a missing or unparsable integer value in '%s'");
                    if (threads < 1 || threads > MAX_THREADS) {
                        throw line.error(
                                "'nbthread' value must be between 1 and " + MAX_THREADS + " (was " + threads + ")");
                    }
                    s.threads = threads;
                }),
                keyword("maxconn", "<number>", "connections at once in the whole process", (line, s) -> {
                    s.maxConnections = leading(line, "'maxconn' expects an integer argument.");
                }),
                keyword("ulimit-n", "<number>", "file descriptors the process may open", (line, s) -> {
                    s.maxDescriptors = leading(line, "'ulimit-n' expects an integer argument.");
                }),
                keyword("fd-hard-limit", "<number>", "file descriptors to count on at most", (line, s) -> {
                    s.descriptorCeiling = leading(line, "'fd-hard-limit' expects an integer argument.");
                }),
                keyword("cpu-map", "[auto:]<thread-set> <cpu-set> …", "where threads run", (line, s) -> {
                    s.cpuMap.read(line);
                }),
                keyword(
                        "thread-hard-limit",
                        "<number>",
                        "the most event loops that nbthread may ask for",
                        (line, s) -> {
                            int limit = number(
                                    line, "'thread-hard-limit' passed a missing or unparsable integer value in '%s'");
                            if (limit < 1) {
                                throw line.error("'thread-hard-limit' value must be at least 1 (was " + limit + ")");
                            }
                            s.threadLimit = limit;
                        }),
                Keyword.directive("default-path", SectionKind.GLOBAL)
                        .arguments("current | config | parent | origin <directory>")
                        .doc("where relative file names begin")
                        .as(DefaultPath::read),
                keyword("thread-groups", "<number>", "groups of threads: there is one", (line, s) -> {
                    int groups = number(line, "'thread-groups' passed a missing or unparsable integer value in '%s'");
                    if (groups != 1) {
                        throw line.error("'thread-groups' value must be between 1 and 1 (was " + groups + ")");
                    }
                }),
                keyword("thread-group", "<group> [<thread-set>…]", "the threads of a group", (line, s) -> {
                    int group = number(line, "'thread-group' passed a missing or unparsable integer value in '%s'");
                    if (group != 1) {
                        throw line.error(
                                "'thread-group' thread-group number must be between 1 and 1 (was " + group + ")");
                    }
                    if (s.threadGroup != 0) {
                        line.warn("'thread-group 1' was already defined and will be overridden.");
                    }
                    s.threadGroup = 0;
                    while (line.hasNext()) {
                        s.threadGroup |=
                                CpuMap.threads("'thread-group 1' passed an unparsable or invalid thread number", line);
                    }
                }),
                keyword("pidfile", "<path>", "where -D and -W write the pid", (line, s) -> {
                    s.pidFile = text(line, "'pidfile' expects a file name as an argument.");
                }),
                keyword("chroot", "<directory>", "the root of the file system once all is open", (line, s) -> {
                    s.chroot = text(line, "'chroot' expects a directory as an argument.");
                }),
                keyword("hard-stop-after", "<time> …", "how long a soft stop may last", (line, s) -> {
                    s.hardStopAfterMs = time(line, "hard-stop-after");
                }),
                keyword("grace", "<time> …", "how long a soft stop waits before it begins", (line, s) -> {
                    s.graceMs = time(line, "grace");
                }),
                keyword(
                        "close-spread-time",
                        "<time> | infinite",
                        "over how long a soft stop ends connections",
                        (line, s) -> {
                            boolean infinite = line.peek().equals("infinite");
                            s.closeSpreadMs = infinite ? Long.MAX_VALUE : time(line, "close-spread-time");
                        }));
    }

    private static List<Keyword<Directive>> identity() {
        return List.of(
                keyword("user", "<name>", "the user to become", (line, s) -> {
                    String name = text(line, "'user' expects a user name as argument.");
                    s.uid = Accounts.user(name);
                    if (s.uid < 0) {
                        throw line.error("cannot find user id for '" + name + "' (0:Success)");
                    }
                    s.user = name;
                }),
                keyword("group", "<name>", "the group to become", (line, s) -> {
                    String name = text(line, "'group' expects a group name as argument.");
                    s.gid = Accounts.group(name);
                    if (s.gid < 0) {
                        throw line.error("cannot find group id for '" + name + "' (0:Success)");
                    }
                    s.group = name;
                }),
                keyword("uid", "<number>", "the user to become", (line, s) -> {
                    s.uid = account(line, "user");
                }),
                keyword("gid", "<number>", "the group to become", (line, s) -> {
                    s.gid = account(line, "group");
                }),
                keyword("node", "<name>", "the name statistics show", (line, s) -> {
                    String name = line.next();
                    if (!NODE_NAME.matcher(name).matches()) {
                        throw LineError.whole(
                                line.origin(),
                                "parsing [" + line.origin().file() + ":"
                                        + line.origin().line()
                                        + "]: 'node' requires valid node name - non-empty string with digits(0-9),"
                                        + " letters(A-Z, a-z), dot(.), hyphen(-) or underscode(_).");
                    }
                    s.nodeName = name;
                }),
                keyword("localpeer", "<name>", "this node's name among peers", (line, s) -> {
                    s.localPeer = text(line, "'localpeer' expects a name as an argument.");
                }),
                keyword("description", "<text>", "a text for the statistics page", (line, s) -> {
                    if (!line.hasNext()) {
                        throw LineError.whole(
                                line.origin(),
                                "parsing [" + line.origin().file() + ":"
                                        + line.origin().line() + "]: 'description' expects a string argument.");
                    }
                    StringBuilder text = new StringBuilder(line.next());
                    while (line.hasNext()) {
                        text.append(' ').append(line.next());
                    }
                    s.description = text.toString();
                }));
    }

    /** These act while the lines below them are read, which is over when directives are applied. */
    private static List<Keyword<Directive>> environment() {
        Change done = (line, s) -> {};
        return List.of(
                keyword("setenv", "<name> <value>", "sets a variable for the lines below", done),
                keyword("presetenv", "<name> <value>", "sets a variable that is not set yet", done),
                keyword("unsetenv", "<name> …", "removes variables", done),
                keyword("resetenv", "[<name> …]", "removes all variables but these", done));
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        ProcessSettings settings = global.facet(ProcessSettings.KEY);
        int unassigned = settings.unassigned();
        if (unassigned > 0) {
            assembly.closingAlert("Remaining unassigned threads found (" + unassigned
                    + ") because all groups are in use. Please increase 'thread-groups', reduce 'nbthreads' or remove or"
                    + " extend 'thread-group' enumerations.");
        }
        DefaultPath.refuseSeveral(assembly);
        assembly.onCommit(() -> assembly.node().description(settings.description));
    }

    private static Keyword<Directive> keyword(String name, String arguments, String doc, Change change) {
        return Keyword.directive(name, SectionKind.GLOBAL)
                .arguments(arguments)
                .doc(doc)
                .most(arguments.isEmpty() ? 0 : arguments.matches("<[^ ]+>") ? 1 : Keyword.ANY_NUMBER)
                .as((line, draft) -> change.apply(line, draft.facet(ProcessSettings.KEY)));
    }

    private static void alone(Arguments line) {
        if (line.hasNext()) {
            throw line.error("'" + line.keyword() + "' cannot handle unexpected argument '" + line.peek() + "'.");
        }
    }

    private static String text(Arguments line, String complaint) {
        String text = line.next();
        if (text.isEmpty()) {
            throw line.error(complaint);
        }
        return text;
    }

    private static int number(Arguments line, String complaint) {
        String text = line.next();
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw line.error(complaint.replace("%s", text));
    }

    /** As C's atol has it: the digits a word begins with, 0 for none; a negative number is 0. */
    private static int leading(Arguments line, String complaint) {
        if (!line.hasNext()) {
            throw line.error(complaint);
        }
        return Math.max(0, line.leadingInteger());
    }

    private static int account(Arguments line, String what) {
        String name = line.keyword();
        if (!line.hasNext()) {
            throw line.error("'" + name + "' expects an integer argument.");
        }
        if (!line.peek().matches("-?[0-9]+")) {
            line.warn(" " + name + ": string '" + line.next() + "' is not a number.\n   | You might want to use the '"
                    + what + "' parameter to use a system " + what + " name.");
            return -1;
        }
        return line.leadingInteger();
    }

    private static long time(Arguments line, String keyword) {
        String text = text(line, "'" + keyword + "' expects <time> as argument.\n");
        Times time = Times.millis(text);
        String complaint = complaint(time, text, keyword);
        if (complaint != null) {
            throw line.error(complaint);
        }
        return time.value();
    }

    private static @Nullable String complaint(Times time, String text, String keyword) {
        return switch (time.outcome()) {
            case OK -> null;
            case OVERFLOW ->
                "timer overflow in argument '" + text + "' to '" + keyword
                        + "' (maximum value is 2147483647 ms or ~24.8 days)";
            default -> "unexpected character '" + time.character() + "' in argument to <" + keyword + ">.\n";
        };
    }
}
