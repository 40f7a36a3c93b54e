// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.boot.Catalogue.Chapter;
import io.tandem.node.boot.Catalogue.Entry;
import io.tandem.node.content.FilterLines;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Commands;
import io.tandem.node.rules.sample.FetchKind;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleKeywords;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;

/** {@code -dK}: lists the keywords that are accepted, by HAProxy's classes and in its shape. */
final class KeywordDump {
    private static final Map<String, String> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put("acl", "ACL keywords");
        CLASSES.put("cfg", "configuration keywords");
        CLASSES.put("cli", "CLI keywords");
        CLASSES.put("cnv", "sample converter keywords");
        CLASSES.put("flt", "filter names");
        CLASSES.put("smp", "sample fetch functions");
        CLASSES.put("svc", "service names");
    }

    private final List<Entry> entries = Catalogue.all().stream()
            .filter(entry -> entry.standing() != Keyword.Standing.REFUSED)
            .toList();
    private final StringBuilder out = new StringBuilder();

    private KeywordDump() {}

    /**
     * The lists.
     *
     * @param classes as written behind {@code -dK}: names with commas between them, {@code all}, or {@code help}
     */
    static String of(String classes) {
        KeywordDump dump = new KeywordDump();
        List<String> wanted = List.of(classes.split(",", -1));
        boolean known = wanted.stream().allMatch(name -> CLASSES.containsKey(name) || name.equals("all"));
        if (!known) {
            dump.help();
            return dump.out.toString();
        }
        CLASSES.keySet().stream()
                .filter(name -> wanted.contains(name) || wanted.contains("all"))
                .forEach(dump::list);
        return dump.out.toString();
    }

    private void help() {
        out.append("# List of supported keyword classes:\nall: list all keywords\n");
        CLASSES.forEach(
                (name, what) -> out.append(name).append(": ").append(what).append('\n'));
    }

    private void list(String name) {
        switch (name) {
            case "acl" -> {
                title("ACL keywords");
                of(Chapter.CRITERION).forEach(entry -> line(entry.name()));
            }
            case "cfg" -> {
                title("configuration keywords");
                configuration();
            }
            case "cli" -> {
                title("CLI keywords");
                commands().forEach(command -> line(command + " [WORKER] "));
            }
            case "flt" -> {
                title("filter names");
                FilterLines.offered().forEach(this::line);
            }
            case "cnv" -> {
                title("sample converter functions");
                SampleKeywords.converters().stream()
                        .sorted(Comparator.comparing(Keyword::name))
                        .map(keyword -> keyword.name() + keyword.arguments() + ": "
                                + keyword.meaning().accepts().spoken() + " => "
                                + keyword.meaning().returns().spoken())
                        .forEach(this::line);
            }
            case "smp" -> {
                title("sample fetch functions");
                SampleKeywords.fetches().stream()
                        .sorted(Comparator.comparing(Keyword::name))
                        .map(KeywordDump::fetch)
                        .forEach(this::line);
            }
            default -> {
                title("service names");
                Program.services().forEach(this::line);
            }
        }
    }

    /** The names of all commands of the admin socket: those that are declared, and what a session does itself. */
    private static List<String> commands() {
        NodeRuntime node = Nodes.create(1, "");
        try (Loops loops = Loops.start(1)) {
            Set<String> names = new TreeSet<>(Commands.OF_SESSIONS);
            List<Command> declared =
                    Observers.commands(node, DataPlane.opener(node, loops).commands());
            declared.forEach(command -> names.add(command.name()));
            return List.copyOf(names);
        }
    }

    /** A column for each {@link Place}. */
    private static String fetch(Keyword<FetchKind> keyword) {
        StringJoiner columns = new StringJoiner(" ", "[ ", " ] ");
        for (Place place : Place.values()) {
            columns.add(keyword.meaning().need().isMetIn(place) ? "Y" : ".");
        }
        return columns + keyword.name() + keyword.arguments() + ": "
                + keyword.meaning().returns().spoken();
    }

    private void configuration() {
        for (SectionKind kind : SectionKind.values()) {
            if (kind == SectionKind.LISTEN || !SectionKind.PROXIES.contains(kind)) {
                line(kind.keyword());
                for (Entry entry : entries) {
                    if (entry.where().contains(kind.keyword())) {
                        line("\t" + entry.name());
                    }
                }
                if (kind == SectionKind.LISTEN) {
                    of(Chapter.BIND).forEach(entry -> line("\tbind <addr> " + entry.name()));
                    of(Chapter.SERVER).forEach(entry -> line("\tserver <name> <addr> " + entry.name()));
                    rules();
                }
            }
        }
        line("crt-list");
        of(Chapter.CRT_LIST).forEach(entry -> line("\t" + entry.name()));
    }

    private void rules() {
        List<String> rules = new ArrayList<>();
        of(Chapter.ACTION).forEach(entry -> entry.where().forEach(set -> rules.add("\t" + set + " " + entry.name())));
        rules.stream().sorted().forEach(this::line);
    }

    private List<Entry> of(Chapter chapter) {
        return entries.stream().filter(entry -> entry.chapter() == chapter).toList();
    }

    private void title(String what) {
        line("# List of registered " + what + ":");
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
