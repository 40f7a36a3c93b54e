// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleKeywords;
import io.tandem.node.rules.sample.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Compiles a criterion, its flags and its patterns (HAProxy manual 7.1). */
final class AclParser {
    private static final Map<String, String> OLD_NAMES =
            Map.of("hdr", "req.hdr", "shdr", "res.hdr", "cook", "req.cook", "scook", "res.cook");

    private final List<String> words;
    private final Site site;
    private final Consumer<String> warnings;
    private int at;

    private boolean ignoreCase;
    private boolean mapFormat;
    private boolean explicitEnd;
    private @Nullable MatchMethod method;
    private final List<String> patterns = new ArrayList<>();

    private AclParser(List<String> words, Site site, Consumer<String> warnings) {
        this.words = words;
        this.site = site;
        this.warnings = warnings;
    }

    /**
     * Compiles {@code words}: criterion, flags, patterns.
     *
     * @param known the patterns of an earlier compilation of the same words, so that files are read once; or null
     * @throws SampleError with HAProxy's complaint, without its full stop
     */
    static AclExpression parse(
            List<String> words, Site site, @Nullable AclExpression known, Consumer<String> warnings) {
        return new AclParser(words, site, warnings).parse(known);
    }

    private AclExpression parse(@Nullable AclExpression known) {
        String written = words.isEmpty() ? "" : words.get(0);
        String name = written.substring(0, ExpressionParser.nameEnd(written, 0));
        Criterion criterion = Criterion.of(name);
        ExpressionParser.Result result = expression(written, name, criterion);
        // Behind converters the name's own method is forgotten: HAProxy matches what they return by its type.
        method = result.end() > result.name().length() ? null : criterion.implied();
        if (known != null) {
            return new AclExpression(known.keyword(), result.expression(), known.wants(), known.match());
        }
        at = 1;
        flags();
        MatchMethod by = method;
        if (by == null) {
            by = MatchMethod.of(result.expression().type());
        }
        if (by == null) {
            throw new SampleError("matching method must be specified first (using '-m') when using a sample fetch of"
                    + " this type ('" + name + "')");
        }
        patterns.addAll(words.subList(at, words.size()));
        if (patterns.isEmpty() && by.usesPatterns() && !explicitEnd) {
            warnings.accept("parsing acl keyword '" + written + "' :\n"
                    + "  no pattern to match against were provided, so this ACL will never match.\n"
                    + "  If this is what you intended, please add '--' to get rid of this warning.\n"
                    + "  If you intended to match only for existence, please use '-m found'.\n"
                    + "  If you wanted to force an int to match as a bool, please use '-m bool'.\n");
        }
        return new AclExpression(written, result.expression(), by.wants(), Patterns.compile(by, patterns, ignoreCase));
    }

    private ExpressionParser.Result expression(String written, String name, Criterion criterion) {
        String text = criterion.fetch() + written.substring(name.length());
        try {
            ExpressionParser.Result result = ExpressionParser.parse(text, site);
            if (result.end() < text.length()) {
                throw new SampleError("extra text after '" + text.substring(0, result.end()) + "'");
            }
            return result;
        } catch (SampleError error) {
            String complaint = error.text();
            if (criterion.registered()) {
                String own = "fetch method '" + criterion.fetch() + "' : ";
                throw new SampleError("ACL keyword '" + name + "' : "
                        + (complaint.startsWith(own) ? complaint.substring(own.length()) : complaint + "."));
            }
            throw new SampleError(complaint + " in ACL expression '" + written + "'");
        }
    }

    private void flags() {
        while (at < words.size()) {
            String word = words.get(at);
            switch (word) {
                case "-i" -> ignoreCase = true;
                case "-n" -> {} // addresses are never looked up by name here
                case "-M" -> mapFormat = true;
                case "-u" -> throw new SampleError(KnownKeywords.notSupported("-u"));
                case "-f" -> {
                    at++;
                    patterns.addAll(PatternFile.read(at < words.size() ? words.get(at) : "", mapFormat));
                }
                case "-m" -> {
                    at++;
                    String wanted = at < words.size() ? words.get(at) : "";
                    method = MatchMethod.named(wanted);
                    if (method == null) {
                        throw new SampleError("unknown matching method '" + wanted + "' when parsing ACL expression");
                    }
                }
                case "--" -> {
                    at++;
                    explicitEnd = true;
                    return;
                }
                default -> {
                    if (word.length() == 2 && word.charAt(0) == '-' && Character.isLetter(word.charAt(1))) {
                        throw new SampleError(
                                "'" + word
                                        + "' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'");
                    }
                    return;
                }
            }
            at++;
        }
    }

    /**
     * A criterion's fetch, and the method its name implies.
     *
     * @param registered whether HAProxy has an ACL keyword of that name, which words its errors
     */
    private record Criterion(String fetch, @Nullable MatchMethod implied, boolean registered) {
        static Criterion of(String name) {
            boolean registered = KnownKeywords.has(KeywordFamily.ACL, name);
            int suffix = name.lastIndexOf('_');
            if (registered && suffix > 0 && SampleKeywords.fetch(name) == null) {
                MatchMethod implied = MatchMethod.named(name.substring(suffix + 1));
                String base = name.substring(0, suffix);
                if (implied != null) {
                    return new Criterion(OLD_NAMES.getOrDefault(base, base), implied, true);
                }
            }
            return new Criterion(registered ? OLD_NAMES.getOrDefault(name, name) : name, null, registered);
        }
    }
}
