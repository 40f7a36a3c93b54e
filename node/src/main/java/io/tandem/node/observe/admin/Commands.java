// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All commands, and how a line finds its own. Immutable. */
public final class Commands {
    /** What a session or its server does itself. */
    public static final List<String> OF_SESSIONS =
            List.of("_getsocks", "help", "operator", "prompt", "quit", "show cli level", "user");

    /** How many near matches an unknown command is answered with. */
    private static final int SUGGESTIONS = 5;

    private final List<Command> commands;

    /** @throws IllegalStateException if two commands have one name */
    public Commands(List<Command> commands) {
        this.commands =
                commands.stream().sorted(Comparator.comparing(Command::name)).toList();
        for (int i = 1; i < this.commands.size(); i++) {
            if (this.commands.get(i).name().equals(this.commands.get(i - 1).name())) {
                throw new IllegalStateException(
                        "command declared twice: " + this.commands.get(i).name());
            }
        }
    }

    /** Runs one command line, its words already split; answers what goes on, or null. */
    @Nullable Feed run(List<String> words, String payload, Level level, StringBuilder answer) {
        if (words.isEmpty()) {
            return null;
        }
        Command command = find(words);
        if (command == null) {
            unknown(words, level, answer);
        } else if (command.level().compareTo(level) > 0) {
            answer.append("Permission denied\n");
        } else {
            return command.action()
                    .begin(new Command.Arguments(words.subList(command.words(), words.size()), payload), answer);
        }
        return null;
    }

    private @Nullable Command find(List<String> words) {
        Command best = null;
        for (Command command : commands) {
            int length = command.words();
            if (length <= words.size()
                    && command.name().equals(String.join(" ", words.subList(0, length)))
                    && (best == null || length > best.words())) {
                best = command;
            }
        }
        return best;
    }

    /** {@code help [words]}: the commands of this level that begin like {@code words}, or all. */
    void help(List<String> words, Level level, StringBuilder answer) {
        answer.append("The following commands are valid at this level:\n");
        String prefix = String.join(" ", words);
        commands.stream()
                .filter(c -> c.level().compareTo(level) <= 0 && c.name().startsWith(prefix))
                .forEach(c -> line(c.usage(), c.doc(), answer));
        sessionCommands(answer);
    }

    private void unknown(List<String> words, Level level, StringBuilder answer) {
        List<Command> near = nearest(words, level);
        if (near.isEmpty()) {
            answer.append("Unknown command. Please enter one of the following commands only:\n");
            commands.stream()
                    .filter(c -> c.level().compareTo(level) <= 0)
                    .forEach(c -> line(c.usage(), c.doc(), answer));
        } else {
            answer.append("Unknown command, but maybe one of the following ones is a better match:\n");
            near.forEach(c -> line(c.usage(), c.doc(), answer));
        }
        sessionCommands(answer);
    }

    private List<Command> nearest(List<String> words, Level level) {
        List<Command> known = commands.stream()
                .filter(c -> c.level().compareTo(level) <= 0)
                .filter(c -> c.name().split(" ", -1)[0].equals(words.get(0)))
                .toList();
        int most = known.stream().mapToInt(c -> alike(c, words)).max().orElse(0);
        known = known.stream().filter(c -> most < 2 || alike(c, words) == most).toList();
        List<Command> sorted = new ArrayList<>(known);
        String asked = String.join(" ", words).toLowerCase(Locale.ROOT);
        sorted.sort(Comparator.comparingInt(c -> distance(asked, c.name())));
        return sorted.stream()
                .limit(SUGGESTIONS)
                .sorted(Comparator.comparing(Command::name))
                .toList();
    }

    /** With how many words the command begins as {@code words} do. */
    private static int alike(Command command, List<String> words) {
        String[] own = command.name().split(" ", -1);
        int same = 0;
        while (same < own.length && same < words.size() && own[same].equals(words.get(same))) {
            same++;
        }
        return same;
    }

    /** Levenshtein's distance; both are short. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private static void sessionCommands(StringBuilder answer) {
        line("help [<command>]", "list matching or all commands", answer);
        line("prompt", "toggle interactive mode with prompt", answer);
        line("quit", "disconnect", answer);
    }

    private static void line(String usage, String doc, StringBuilder answer) {
        answer.append("  ").append(usage);
        for (int i = usage.length(); i < 40; i++) {
            answer.append(' ');
        }
        answer.append(": ").append(doc).append('\n');
    }
}
