// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.Catalogue.Entry;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Tables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every keyword offered in a place where it may stand: what becomes of it is what its class says. The arguments of those that
 * want some are in {@code keyword-arguments.txt}.
 */
class KeywordClassesTest {
    private static final String REFUSED = "is not supported by this version of tandem";

    private static final Map<String, String> ARGUMENTS = arguments();

    @TempDir
    private Path directory;

    @Test
    void eachKeywordBehavesAsItsClassSays() throws Exception {
        List<String> wrong = new ArrayList<>();
        NodeRuntime node = new NodeRuntime(1, "test", 0, new EventLog(), new Tables(1, 0));
        for (Entry entry : Catalogue.all()) {
            String text = offering(entry);
            String said = String.join("\n", LoadedText.load(text, null, node).messages());
            String complaint = complaint(entry, said);
            if (complaint != null) {
                wrong.add(entry.chapter() + " " + entry.name() + " " + entry.where() + ": " + complaint + ": " + said);
            }
        }

        assertThat(wrong).as(String.join("\n\n", wrong)).isEmpty();
    }

    /** Null where the answer fits the class. */
    private static @Nullable String complaint(Entry entry, String said) {
        boolean refused = said.contains("'" + entry.name() + "' " + REFUSED)
                || said.contains(lastWord(entry.name()) + "' " + REFUSED)
                || entry.where().stream().anyMatch(section -> said.contains("'" + section + "' " + REFUSED));
        boolean vain = said.contains("has no effect");
        boolean retired = said.contains("is retired") || said.contains("is deprecated");
        return switch (entry.standing()) {
            case REFUSED -> refused ? null : "is not refused by name";
            case NO_EFFECT -> vain && !refused ? null : "is not said to have no effect";
            case RETIRED -> retired && !refused ? null : "is not said to be retired";
            case WORKS ->
                refused
                                || vain
                                || said.contains("is retired")
                                || said.contains("unknown keyword '" + entry.name() + "'")
                        ? "does not simply work"
                        : null;
        };
    }

    private static String lastWord(String name) {
        return name.substring(name.lastIndexOf(' ') + 1);
    }

    private String offering(Entry entry) throws IOException {
        String name = entry.name();
        String place = entry.where().isEmpty() ? "" : entry.where().get(0) + " ";
        String arguments = ARGUMENTS.getOrDefault(
                entry.chapter() + " " + place + name, ARGUMENTS.getOrDefault(entry.chapter() + " " + name, ""));
        String line = name + (arguments.isEmpty() ? "" : " " + arguments);
        return switch (entry.chapter()) {
            case SECTION -> (name.equals("global") || name.equals("defaults") ? name : name + " x") + "\n";
            case GLOBAL, OTHER -> section(entry.where().get(0)) + "    " + line + "\n";
            case PROXY, OPTION -> section(proxy(entry.where())) + "    mode http\n    " + line + "\n";
            case BIND -> section("listen") + "    mode http\n    bind 127.0.0.1:1 " + line + "\n";
            case SERVER -> section("backend") + "    server s 127.0.0.1:1 " + line + "\n";
            case CRT_LIST -> crtList(line);
            case ACTION -> section("listen") + rule(entry, line);
            case FETCH -> section("listen") + "    mode http\n    http-request set-var(txn.a) " + name + "\n";
            case CONVERTER ->
                section("listen") + "    mode http\n    http-request set-var(txn.a) str(a)," + name + "\n";
            case CRITERION -> section("listen") + "    mode http\n    acl a " + name + arguments + " 1\n";
            case LOG_VARIABLE -> section("listen") + "    mode http\n    log-format \"%" + name + "\"\n";
        };
    }

    private static String section(String kind) {
        return kind.equals("global") || kind.equals("defaults") ? kind + "\n" : kind + " x\n";
    }

    private static String proxy(List<String> where) {
        return where.isEmpty() || where.contains("listen") ? "listen" : where.get(0);
    }

    private static String rule(Entry entry, String line) {
        String set = entry.where().isEmpty() ? "http-request" : entry.where().get(0);
        String mode = set.startsWith("http") ? "http" : "tcp";
        return "    mode " + mode + "\n    " + set + " " + line + "\n";
    }

    private String crtList(String line) throws IOException {
        Path list = directory.resolve("list");
        Files.writeString(list, directory.resolve("none.pem") + " [" + line + "]\n");
        return section("listen") + "    bind 127.0.0.1:1 ssl crt-list " + list + "\n";
    }

    private static Map<String, String> arguments() {
        Map<String, String> all = new HashMap<>();
        try (var in = Objects.requireNonNull(KeywordClassesTest.class.getResourceAsStream("keyword-arguments.txt"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" = ", 2))
                    .forEach(pair -> all.put(pair[0], pair[1]));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return all;
    }
}
