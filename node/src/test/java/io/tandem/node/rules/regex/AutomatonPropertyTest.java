// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.regex.automaton.Automaton;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/** Automata against PCRE2: the same answer for each expression they take and each text. */
class AutomatonPropertyTest {
    private static final int TEXTS = 12;

    /** As people write them. */
    private static final List<String> REAL = List.of(
            "^/api/v[0-9]+/users/[0-9]+$",
            "\\.(css|eot|gif|ico|jpe?g|js|png|svg|ttf|webp|woff2?|xml)$",
            "(curl|wget|python|bot|spider)",
            "^([^.]+\\.)?example\\.(com|org)(:[0-9]{1,5})?$",
            "^\\.(?:well-known|git)/?",
            "(?i)(union.*select|select.*from|insert\\s+into|<script)",
            "^/static/.*\\.min\\.js$",
            "^[a-z0-9]+(?:-[a-z0-9]+)*$",
            "^(www|static|img[0-9]*)\\.shop\\.test\\.?(:[0-9]+)?(/.*)?$",
            "^10\\.(1[0-9]{2}|2[0-4][0-9])\\.[0-9.]+$",
            "\\b(admin|root)\\b",
            "^/(?:[^/]*/){2,3}edit/?(\\?|$)",
            "^(GET|HEAD) /[^ ]* HTTP/1\\.[01]$",
            "^Bearer [\\w.~+/-]+=*$",
            "(^|&)id=[[:xdigit:]]{8}(&|$)",
            "^[^\\x00-\\x1f]*$",
            "(\\.\\./|%2e%2e|%252e)",
            "Mozilla/[45]\\.0 \\(compatible; .*bot");

    private static int drawnTotal;
    private static int drawnTaken;
    private static int changedTotal;
    private static int changedTaken;
    private static int matched;
    private static int asked;

    private final Oracle oracle = Oracle.pcre2();

    @Property(tries = 2500)
    void drawnExpressionsHavePcre2sAnswer(@ForAll long seed) throws RegexSyntaxException {
        Random random = new Random(seed);
        RandomExpression drawn = new RandomExpression(random);
        String text = drawn.draw();
        Oracle.Asked expression = oracle.expression(drawn.expression(), random.nextInt(3) == 0);

        drawnTotal++;
        if (expression.hasAutomaton()) { // some have too many states
            drawnTaken++;
            ask(expression, random, text);
        }
    }

    /** Where people make mistakes, and ask for what is not regular. */
    @Property(tries = 2500)
    void changedExpressionsHavePcre2sAnswerOrNoAutomaton(@ForAll long seed) throws RegexSyntaxException {
        Random random = new Random(seed);
        String expression = REAL.get(random.nextInt(REAL.size()));
        String text = expression.replaceAll("[\\\\^$()?*+\\[\\]]", "");
        for (int i = random.nextInt(4); i > 0; i--) {
            expression = damaged(random, expression);
        }
        boolean ignoreCase = random.nextBoolean();
        changedTotal++;
        boolean compiles = oracle.compiles(expression, ignoreCase);
        if (!compiles) {
            assertThat(Automaton.of(expression, ignoreCase)).as(expression).isNull();
            return;
        }
        Oracle.Asked both = oracle.expression(expression, ignoreCase);
        if (both.hasAutomaton()) {
            changedTaken++;
            ask(both, random, text);
        }
    }

    private static void ask(Oracle.Asked expression, Random random, String text) {
        String subject = text;
        for (int i = 0; i < TEXTS; i++) {
            asked++;
            matched += expression.matches(subject) ? 1 : 0;
            subject = i % 4 == 3 ? text : RandomExpression.changed(random, subject);
        }
        expression.matches("");
        expression.matches("\n");
        expression.matches(RandomExpression.noise(random, 80));
    }

    private static String damaged(Random random, String expression) {
        String pieces = "()[]{}*+?|^$.\\-,:<=!123abdDQEwzZ\n\0\u00e9";
        int at = random.nextInt(expression.length() + 1);
        int to = Math.min(expression.length(), at + random.nextInt(2));
        char piece = pieces.charAt(random.nextInt(pieces.length()));
        String other = REAL.get(random.nextInt(REAL.size()));
        return switch (random.nextInt(4)) {
            case 0 -> expression.substring(0, at) + piece + expression.substring(at);
            case 1 -> expression.substring(0, at) + piece + expression.substring(to);
            case 2 -> expression.substring(0, at) + expression.substring(to);
            default -> expression.substring(0, at) + other.substring(random.nextInt(other.length()));
        };
    }

    /** The properties would hold for automata that take nothing, and for texts of which none matches. */
    @AfterContainer
    static void enoughWasAsked() {
        assertThat(drawnTaken).isGreaterThanOrEqualTo(drawnTotal * 9 / 10);
        assertThat(changedTaken).isGreaterThanOrEqualTo(changedTotal * 4 / 10);
        assertThat(matched).isBetween(asked / 5, asked * 4 / 5);
    }
}
