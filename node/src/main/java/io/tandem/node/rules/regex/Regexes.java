// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

/**
 * Compiles regular expressions: with PCRE2, as HAProxy does, where the library is installed, which the packages require;
 * with {@code java.util.regex} elsewhere.
 */
public final class Regexes {
    private Regexes() {}

    /**
     * Compiles {@code text}, one character a byte.
     *
     * @param captures whether anybody will ask for groups; without, parentheses only group, as in HAProxy's ACLs
     * @throws RegexSyntaxException if it is no regular expression
     */
    public static CompiledRegex compile(String text, boolean ignoreCase, boolean captures) throws RegexSyntaxException {
        Pcre2 library = Pcre2.INSTALLED;
        return library == null ? JavaRegex.compile(text, ignoreCase) : library.compile(text, ignoreCase, captures);
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
