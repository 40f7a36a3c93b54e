// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Nearest;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.Keywords;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.SectionKind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Words a line's section, or this version, does not know. */
final class UnknownWords {
    /** How a complaint about a line of a {@code userlist} ends. */
    static final String OF_USERS = "' in 'users' section";

    /** HAProxy's, in the order of its message. */
    private static final List<String> TIMEOUTS = List.of(
            "client",
            "server",
            "connect",
            "check",
            "queue",
            "http-keep-alive",
            "http-request",
            "tunnel",
            "tarpit",
            "client-fin",
            "server-fin");

    /** The sections that HAProxy thinks of when a line begins with an unknown word. */
    private static final List<SectionKind> HINTED = List.of(
            SectionKind.LISTEN,
            SectionKind.FRONTEND,
            SectionKind.BACKEND,
            SectionKind.DEFAULTS,
            SectionKind.GLOBAL,
            SectionKind.PEERS,
            SectionKind.RESOLVERS);

    private final Keywords keywords;
    private final SectionKind section;

    UnknownWords(Keywords keywords, SectionKind section) {
        this.keywords = keywords;
        this.section = section;
    }

    /** Why the line is refused, its keyword being word {@code first}. */
    String complaint(Line line, int first) {
        String word = line.text(first);
        String second = line.text(first + 1);
        if (word.equals("option") && second.isEmpty() && SectionKind.PROXIES.contains(section)) {
            return "'option' expects an option name.";
        }
        if (word.equals("option") && SectionKind.PROXIES.contains(section)) {
            return option(second);
        }
        if (section == SectionKind.RING) {
            return "unknown statement '" + word + "'.";
        }
        if (section == SectionKind.LOG_FORWARD) {
            return KnownKeywords.has(KeywordFamily.LOG_FORWARD, word)
                    ? KnownKeywords.notSupported((word + " " + second).strip())
                    : "unknown keyword '" + word + "' in log-forward section.";
        }
        if (section == SectionKind.MAILERS) {
            return "unknown keyword '" + word + "' in 'mailers' section";
        }
        if (section == SectionKind.USERLIST) {
            return "unknown keyword '" + word + OF_USERS;
        }
        KeywordFamily family = KeywordFamily.of(section);
        List<String> seconds = seconds(word);
        if (seconds.isEmpty()) {
            if (section == SectionKind.DEFAULTS && isOfProxies(word)) {
                return "'" + word + "' not allowed in 'defaults' section.";
            }
            return KnownKeywords.has(family, word)
                    ? KnownKeywords.notSupported(word)
                    : "unknown keyword '" + word + "' in '" + section.keyword() + "' section"
                            + (section == SectionKind.HTTP_ERRORS
                                            || section == SectionKind.RESOLVERS
                                            || section == SectionKind.CACHE
                                    ? ""
                                    : Nearest.hint(word, firstWords(family)));
        }
        if (word.equals("timeout") && TIMEOUTS.contains(second)) {
            return KnownKeywords.notSupported(word + " " + second);
        }
        if (word.equals("stats")) {
            return section == SectionKind.GLOBAL
                    ? "'stats' only supports 'socket', 'maxconn', 'bind-process' and 'timeout' (got '" + second + "')"
                    : (second.isEmpty() ? "missing keyword in 'stats'" : "unknown stats parameter '" + second + "'")
                            + ", expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable',"
                            + " 'hide-version', 'show-node', 'show-desc' or 'show-legends'.";
        }
        if (word.equals("timeout")) {
            return "'timeout' supports '" + String.join("', '", TIMEOUTS.subList(0, TIMEOUTS.size() - 1)) + "' and '"
                    + TIMEOUTS.get(TIMEOUTS.size() - 1) + "' (got '" + second + "')";
        }
        return "'" + word + "' supports '" + String.join("', '", seconds) + "' (got '" + second + "')";
    }

    private boolean isOfProxies(String word) {
        return SectionKind.PROXIES.stream()
                .map(kind -> keywords.directive(word, kind))
                .anyMatch(keyword ->
                        keyword != null && keyword.sections().stream().anyMatch(SectionKind.PROXIES::contains));
    }

    private String option(String name) {
        if (KnownKeywords.has(KeywordFamily.OPTION, name)) {
            return KnownKeywords.notSupported("option " + name);
        }
        Set<String> candidates = new LinkedHashSet<>(seconds("option"));
        candidates.addAll(new TreeSet<>(KnownKeywords.names(KeywordFamily.OPTION)));
        String hint = Nearest.hint(name, candidates);
        return "unknown option '" + name + "'" + (hint.isEmpty() ? "." : hint);
    }

    private List<String> seconds(String word) {
        return keywords.directives().stream()
                .filter(keyword -> keyword.sections().contains(section))
                .map(Keyword::name)
                .filter(name -> name.startsWith(word + " "))
                .map(name -> name.substring(word.length() + 1))
                .toList();
    }

    private Set<String> firstWords(KeywordFamily family) {
        Set<String> words = new LinkedHashSet<>();
        keywords.directives().stream()
                .filter(keyword -> keyword.sections().contains(section))
                .map(keyword -> keyword.name().split(" ", 2)[0])
                .filter(name -> !KnownKeywords.newer(family).contains(name))
                .forEach(words::add);
        words.addAll(new TreeSet<>(KnownKeywords.names(family)));
        for (SectionKind kind : HINTED) {
            words.add(kind.keyword());
        }
        return words;
    }

    /** Why {@code no} or {@code default} may not stand in front of a keyword. */
    static String negation(Line line) {
        return line.text(1).equals("option")
                ? "negation/default is not supported for option '" + line.text(2) + "'."
                : "negation/default currently supported only for options, log, busy-polling, set-dumpable,"
                        + " strict-limits, insecure-fork-wanted and numa-cpu-mapping.";
    }
}
