// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import io.tandem.node.rules.regex.automaton.Automaton;

/**
 * Compiles regular expressions: with PCRE2, as HAProxy does, where the library is installed, which the packages require;
 * with {@code java.util.regex} elsewhere. What is regular and asked for a yes or no is answered by an {@link Automaton}
 * instead, which gives PCRE2's answers without the way there. Equal expressions are one object. Thread-safe.
 */
public final class Regexes {
    private static final SharedRegexes SHARED = new SharedRegexes(Regexes::compile);

    private Regexes() {}

    /**
     * Compiles {@code text}, one character a byte.
     *
     * @param captures whether anybody will ask for groups; without, parentheses only group, as in HAProxy's ACLs
     * @throws RegexSyntaxException if it is no regular expression
     */
    public static CompiledRegex compile(String text, boolean ignoreCase, boolean captures) throws RegexSyntaxException {
        return SHARED.get(new SharedRegexes.Key(text, ignoreCase, captures));
    }

    private static CompiledRegex compile(SharedRegexes.Key key) throws RegexSyntaxException {
        String text = key.text();
        boolean ignoreCase = key.ignoreCase();
        Pcre2 library = Pcre2.INSTALLED;
        Automaton automaton = library == null || library.endsLinesByNewline() ? Automaton.of(text, ignoreCase) : null;
        if (library != null && automaton != null && !key.captures()) {
            library.check(text, ignoreCase, false); // what it refuses is refused
            return new AutomatonRegex(automaton);
        }
        CompiledRegex regex = library == null
                ? JavaRegex.compile(text, ignoreCase)
                : library.compile(text, ignoreCase, key.captures());
        return automaton == null ? regex : new FilteredRegex(automaton, regex);
    }

    /** Whether expressions have PCRE's meaning to the letter. */
    public static boolean isPcre() {
        return Pcre2.INSTALLED != null;
    }

    /** Whether expressions are compiled to machine code. */
    public static boolean isCompiledToMachineCode() {
        Pcre2 library = Pcre2.INSTALLED;
        return library != null && library.compilesToMachineCode();
    }

    /** Loads the library, which a process can no longer do once it has changed its root directory. */
    public static void beforeChroot() {
        isPcre();
    }

    /** The library's own version, as {@code 10.42 2022-12-11}; empty without it. */
    public static String version() {
        Pcre2 library = Pcre2.INSTALLED;
        return library == null ? "" : library.version();
    }
}
