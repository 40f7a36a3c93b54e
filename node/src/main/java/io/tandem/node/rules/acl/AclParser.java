// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.rules.pattern.MatchMethod;
import io.tandem.node.rules.pattern.PatternKind;
import io.tandem.node.rules.pattern.PatternOutput;
import io.tandem.node.rules.pattern.PatternReference;
import io.tandem.node.rules.pattern.PatternSet;
import io.tandem.node.rules.pattern.PatternStore;
import io.tandem.node.rules.pattern.Patterns;
import io.tandem.node.rules.sample.Casts;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleKeywords;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Compiles a criterion, its flags and its patterns (HAProxy manual 7.1). */
final class AclParser {
    private static final Map<String, String> OLD_NAMES = Map.of(
            "hdr",
            "req.hdr",
            "shdr",
            "res.hdr",
            "cook",
            "req.cook",
            "scook",
            "res.cook",
            "payload",
            "req.payload",
            "payload_lv",
            "req.payload_lv",
            "req_rdp_cookie",
            "req.rdp_cookie",
            "req_rdp_cookie_cnt",
            "req.rdp_cookie_cnt");

    /** Criteria whose patterns are versions such as {@code 3.1}. */
    private static final Set<String> DOTTED = Set.of("req.ssl_ver", "req_ssl_ver");

    private final List<String> words;
    private final PatternStore.Place place;
    private final Site site;
    private final PatternStore store;
    private final Consumer<String> warnings;
    private int at;

    private String name = "";
    private SampleType type = SampleType.ANY;
    private boolean dotted;
    private boolean ignoreCase;
    private boolean withValues;
    private boolean namesForbidden;
    private int id = PatternStore.NO_ID;
    private @Nullable MatchMethod method;
    private final List<PatternSet> sets = new ArrayList<>();

    private AclParser(List<String> words, PatternStore.Place place, Site site, Consumer<String> warnings) {
        this.words = words;
        this.place = place;
        this.site = site;
        this.store = site.proxy().facet(PatternStore.KEY);
        this.warnings = warnings;
    }

    /** Whether a name that implies a match method, such as {@code path_beg}, can be used. */
    static boolean hasCriterion(String name) {
        return SampleKeywords.fetch(Criterion.of(name).fetch()) != null;
    }

    /**
     * Compiles {@code words}: criterion, flags, patterns.
     *
     * @param place where the first of them stands
     * @param known the patterns of an earlier compilation of the same words, so that files are read once; or null
     * @throws SampleError with HAProxy's complaint, without its full stop
     */
    static AclExpression parse(
            List<String> words,
            PatternStore.Place place,
            Site site,
            @Nullable AclExpression known,
            Consumer<String> warnings) {
        return new AclParser(words, place, site, warnings).parse(known);
    }

    private AclExpression parse(@Nullable AclExpression known) {
        String written = words.isEmpty() ? "" : words.get(0);
        name = written.substring(0, ExpressionParser.nameEnd(written, 0));
        Criterion criterion = Criterion.of(name);
        ExpressionParser.Result result = expression(written, criterion);
        if (known != null) {
            return new AclExpression(known.keyword(), result.expression(), known.wants(), known.match());
        }
        // Behind converters the name's own method is forgotten: HAProxy matches what they return by its type.
        boolean alone = result.end() == result.name().length();
        method = alone ? criterion.implied() : null;
        dotted = alone && DOTTED.contains(name);
        type = result.expression().type();
        at = 1;
        flags();
        MatchMethod by = method();
        patterns(by);
        if (by.usesPatterns() && (words.size() == 1 || words.get(1).isEmpty())) {
            warnings.accept("parsing acl keyword '" + written + "' :\n"
                    + "  no pattern to match against were provided, so this ACL will never match.\n"
                    + "  If this is what you intended, please add '--' to get rid of this warning.\n"
                    + "  If you intended to match only for existence, please use '-m found'.\n"
                    + "  If you wanted to force an int to match as a bool, please use '-m bool'.\n");
        }
        return new AclExpression(written, result.expression(), by.wants(), match(by));
    }

    private ExpressionParser.Result expression(String written, Criterion criterion) {
        String text = criterion.fetch() + written.substring(name.length());
        try {
            ExpressionParser.Result result = ExpressionParser.parse(text, site);
            if (result.end() < text.length()) {
                throw result.extraText();
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
        while (at < words.size() && words.get(at).startsWith("-")) {
            String word = words.get(at++);
            switch (word) {
                case "-i" -> ignoreCase = true;
                case "-n" -> namesForbidden = true;
                case "-M" -> withValues = true;
                case "-u" -> id = number(argument());
                case "-f" -> {
                    PatternReference file = store.file(argument(), withValues, true, site.origin());
                    sets.add(file.set(kind(method()), !namesForbidden));
                }
                case "-m" -> method = named(argument());
                case "--" -> {
                    return;
                }
                default ->
                    throw new SampleError("'" + word
                            + "' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'");
            }
        }
    }

    /** The next word, empty where there is none. */
    private String argument() {
        return at < words.size() ? words.get(at++) : "";
    }

    /** HAProxy takes any integer and keeps 32 bits of it; nothing is 0. */
    private static int number(String word) {
        try {
            return word.isEmpty() ? 0 : (int) Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new SampleError("the argument of -u must be an integer");
        }
    }

    private MatchMethod named(String wanted) {
        MatchMethod named = MatchMethod.named(wanted);
        if (named == null) {
            throw new SampleError("unknown matching method '" + wanted + "' when parsing ACL expression");
        }
        if (!sets.isEmpty()) {
            throw new SampleError("'-m' must only be specified before patterns and files in parsing ACL expression");
        }
        if (!Casts.possible(type, named.wants())) {
            throw new SampleError("matching method '" + wanted + "' cannot be used with fetch keyword '" + name + "'");
        }
        return named;
    }

    private MatchMethod method() {
        MatchMethod by = method != null ? method : MatchMethod.of(type);
        if (by == null) {
            throw new SampleError("matching method must be specified first (using '-m') when using a sample fetch of"
                    + " this type ('" + name + "')");
        }
        return by;
    }

    private PatternKind kind(MatchMethod by) {
        return new PatternKind(by, ignoreCase, dotted && by == MatchMethod.INT, PatternOutput.NONE);
    }

    /** What is written in the line itself, up to the first empty word. */
    private void patterns(MatchMethod by) {
        boolean loaded = store.isLoaded(place);
        PatternReference line = store.line(place, site.origin(), name, id);
        sets.add(line.set(kind(by), false));
        if (loaded) {
            return;
        }
        String operator = "eq";
        for (; at < words.size() && !words.get(at).isEmpty(); at++) {
            String word = words.get(at);
            if (by.isNumeric() && Patterns.isOperator(word)) {
                operator = word;
            } else {
                String pattern = by.isNumeric() ? Patterns.behind(operator, word, dotted) : word;
                line.load(pattern, null, 0, !namesForbidden);
            }
        }
    }

    private Match match(MatchMethod by) {
        if (by == MatchMethod.FOUND) {
            return (facts, value) -> true;
        }
        if (by == MatchMethod.BOOL) {
            return (facts, value) -> value.number != 0;
        }
        if (sets.size() == 1) {
            PatternSet only = sets.get(0);
            return (facts, value) -> only.matches(facts.scratch, value);
        }
        PatternSet[] all = sets.toArray(PatternSet[]::new);
        return (facts, value) -> {
            for (PatternSet set : all) {
                if (set.matches(facts.scratch, value)) {
                    return true;
                }
            }
            return false;
        };
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
