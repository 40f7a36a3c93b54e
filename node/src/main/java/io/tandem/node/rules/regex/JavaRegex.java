// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * An expression in {@code java.util.regex}, for systems without PCRE2. It reads almost the same language; what a
 * configuration may miss: {@code \K}, recursion, callouts and {@code (?|…)}. POSIX classes are translated.
 */
final class JavaRegex implements CompiledRegex {
    private final Pattern pattern;

    private JavaRegex(Pattern pattern) {
        this.pattern = pattern;
    }

    static JavaRegex compile(String text, boolean ignoreCase) throws RegexSyntaxException {
        try {
            return new JavaRegex(Pattern.compile(
                    text.replaceAll("\\[:(\\w+):]", "\\\\p{$1}")
                            .replace("\\p{alpha}", "\\p{Alpha}")
                            .replace("\\p{digit}", "\\p{Digit}")
                            .replace("\\p{alnum}", "\\p{Alnum}")
                            .replace("\\p{space}", "\\s")
                            .replace("\\p{upper}", "\\p{Upper}")
                            .replace("\\p{lower}", "\\p{Lower}")
                            .replace("\\p{punct}", "\\p{Punct}")
                            .replace("\\p{xdigit}", "\\p{XDigit}"),
                    ignoreCase ? Pattern.CASE_INSENSITIVE : 0));
        } catch (PatternSyntaxException e) {
            throw new RegexSyntaxException(reason(e), Math.max(0, e.getIndex()));
        }
    }

    private static String reason(PatternSyntaxException e) {
        String description = e.getDescription();
        return description.startsWith("Unclosed group")
                ? "missing closing parenthesis"
                : description.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean find(Matching matching) {
        Matcher matcher = matching.matcher(pattern);
        try {
            if (!matcher.find()) {
                return false;
            }
        } catch (SliceText.TooMuch | StackOverflowError e) {
            RegexLimits.giveUp();
            return false;
        }
        matching.groups(matcher.groupCount() + 1);
        int before = matcher.regionStart();
        for (int i = 0; i < matching.groups(); i++) {
            boolean took = matcher.start(i) >= 0;
            matching.group(i, took ? matcher.start(i) - before : -1, matcher.end(i) - before);
        }
        return true;
    }
}
