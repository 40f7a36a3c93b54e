// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.config.text.Word;
import io.tandem.node.language.Arguments;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.pattern.PatternStore;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compiles what follows {@code if} or {@code unless}: ACLs joined by AND, {@code or} and {@code !} (HAProxy manual 7.2). */
public final class ConditionParser {
    private static final Set<String> OR = Set.of("||", "or", "OR");

    private final Arguments line;
    private final Site site;
    private final String context;

    private final List<Term[]> alternatives = new ArrayList<>();
    private List<Term> current = new ArrayList<>();
    private boolean looksAtBytes;

    private ConditionParser(Arguments line, Site site, String context) {
        this.line = line;
        this.site = site;
        this.context = context;
    }

    /**
     * Compiles the rest of the line; its next word is {@code if} or {@code unless}.
     *
     * @param context inserted in warnings behind the ACL's name, as {@code  in 'tcp-request connection'}; may be empty
     * @throws SampleError with HAProxy's complaint, without its full stop
     */
    public static Condition parse(Arguments line, Site site, String context) {
        boolean unless = line.next().equals("unless");
        ConditionParser parser = new ConditionParser(line, site, context);
        Condition holds = parser.parse();
        // What is not known yet holds neither way: the rule waits for more bytes.
        Condition condition = unless ? facts -> !holds.test(facts) && !facts.incomplete : holds;
        return parser.looksAtBytes ? new OnBytes(condition) : condition;
    }

    private record OnBytes(Condition condition) implements Condition {
        @Override
        public boolean test(Facts facts) {
            return condition.test(facts);
        }

        @Override
        public boolean looksAtBytes() {
            return true;
        }
    }

    private Condition parse() {
        boolean negated = false;
        while (line.hasNext()) {
            String word = line.next();
            if (OR.contains(word)) {
                endAlternative();
                continue;
            }
            while (word.startsWith("!")) {
                negated = !negated;
                word = word.substring(1);
            }
            if (word.isEmpty()) {
                continue;
            }
            current.add(new Term(word.equals("{") ? anonymous() : named(word), negated));
            negated = false;
        }
        endAlternative();
        return simplified();
    }

    private void endAlternative() {
        if (!current.isEmpty()) {
            alternatives.add(current.toArray(Term[]::new));
            current = new ArrayList<>();
        }
    }

    private Condition simplified() {
        if (alternatives.size() == 1 && alternatives.get(0).length == 1) {
            return alternatives.get(0)[0]::holds;
        }
        Term[][] all = alternatives.toArray(Term[][]::new);
        return facts -> {
            boolean unknown = false;
            for (Term[] terms : all) {
                if (allHold(terms, facts)) {
                    facts.incomplete = false;
                    return true;
                }
                unknown |= facts.incomplete;
            }
            facts.incomplete = unknown;
            return false;
        };
    }

    private static boolean allHold(Term[] terms, Facts facts) {
        for (Term term : terms) {
            if (!term.holds(facts)) {
                return false;
            }
        }
        return true;
    }

    private AclExpression[] anonymous() {
        int from = line.position();
        while (line.hasNext() && !line.peek().equals("}") && !line.peek().isEmpty()) {
            line.next();
        }
        if (!line.accept("}")) {
            throw new SampleError("missing closing '}' in condition");
        }
        List<String> words = line.line().words().subList(from, line.position() - 1).stream()
                .map(Word::text)
                .toList();
        Site here = new Site(site.proxy(), null, "", site.origin(), site.assembly());
        AclExpression expression = AclParser.parse(
                words, PatternStore.Place.inLine(line.origin(), from), here, null, text -> line.context()
                        .problems()
                        .warning(line.origin(), text));
        looksAtBytes |= expression.expression().need().isBytes();
        Place place = site.place();
        if (place != null && !expression.expression().need().isMetIn(place)) {
            line.warnLast("anonymous acl will never match" + context + " because it uses keyword '"
                    + keyword(expression) + "' which is incompatible with '" + place.wording() + "'");
            return new AclExpression[0];
        }
        return new AclExpression[] {expression};
    }

    private AclExpression[] named(String name) {
        Acl acl = site.proxy().facet(Acls.KEY).find(name, site.proxy(), site.assembly());
        if (acl == null) {
            acl = PredefinedAcls.find(
                    name, line.position() - 1, new Site(site.proxy(), null, "", site.origin(), site.assembly()));
        }
        if (acl == null) {
            throw new SampleError("no such ACL : '" + name + "'");
        }
        looksAtBytes |= acl.looksAtBytes();
        Place place = site.place();
        AclExpression[] usable = acl.usableIn(place);
        AclExpression unusable = acl.unusableIn(place);
        if (unusable != null && place != null) {
            line.warnLast(
                    usable.length == 0
                            ? "acl '" + name + "' will never match" + context
                                    + " because it only involves keywords that are incompatible with '"
                                    + place.wording() + "'"
                            : "acl '" + name + "' involves keyword" + (context.isEmpty() ? "s" : "") + " '"
                                    + keyword(unusable) + "' which is incompatible with '" + place.wording() + "'");
        }
        return usable;
    }

    /** The criterion without its arguments and converters, as HAProxy names it. */
    private static String keyword(AclExpression expression) {
        String written = expression.keyword();
        int end = 0;
        while (end < written.length() && written.charAt(end) != '(' && written.charAt(end) != ',') {
            end++;
        }
        return written.substring(0, end);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Term(AclExpression[] expressions, boolean negated) {
        /** False also where more bytes are needed to know, which {@link Facts#incomplete} then says. */
        boolean holds(Facts facts) {
            facts.incomplete = false;
            boolean matches = Acl.anyMatches(expressions, facts);
            if (matches) {
                facts.incomplete = false;
            }
            return !facts.incomplete && matches != negated;
        }
    }
}
