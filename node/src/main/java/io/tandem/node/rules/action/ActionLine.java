// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import org.jspecify.annotations.Nullable;

/**
 * One rule's line while its action is made.
 *
 * @param words the line, its next word the action's first argument
 * @param set the rules it belongs to
 * @param name the action as written, parentheses included
 * @param site where its expressions stand
 */
public record ActionLine(Arguments words, RuleSet set, String name, Site site) {
    /** Whether an argument follows that is neither {@code if} nor {@code unless}. */
    boolean hasArgument() {
        return words.hasNext() && !isCondition(words.peek());
    }

    static boolean isCondition(String word) {
        return word.equals("if") || word.equals("unless");
    }

    /** The next word, or ends the rule with {@code complaint}. */
    String argument(String complaint) {
        if (!words.hasNext()) {
            throw new SampleError(complaint);
        }
        return words.next();
    }

    /** The next word as a format. */
    Format format(String complaint) {
        return format(words, FormatParser.parse(argument(complaint), site, Format.Style.VALUE));
    }

    /** {@code format}, which a warning says if it asks for bytes that there are not. */
    static Format format(Arguments words, Format format) {
        for (String ignored : format.ignored()) {
            words.warn(ignored(ignored));
        }
        return format;
    }

    static String ignored(String expression) {
        return "L6 sample fetch <" + expression + "> ignored in HTTP log-format string.";
    }

    /** The next word as an expression that can be evaluated here. */
    Expression expression(String missing) {
        return expression(missing, null);
    }

    /** @param blamed what HAProxy calls the fetch in its complaint; null for its own name */
    Expression expression(String missing, @Nullable String blamed) {
        if (!hasArgument()) {
            throw new SampleError(missing);
        }
        String text = words.next();
        ExpressionParser.Result result = ExpressionParser.parse(text, site);
        if (result.end() < text.length()) {
            throw result.extraText();
        }
        Need need = result.expression().need();
        Place place = site.place();
        if (place != null && !need.isMetIn(place)) {
            throw new SampleError("fetch method '" + (blamed != null ? blamed : result.name())
                    + "' extracts information from '" + need.wording() + "', none of which is available here");
        }
        return result.expression();
    }

    /** What stands in the parentheses of the action's name; null where there are none. */
    @Nullable String parameter() {
        int open = name.indexOf('(');
        return open < 0 || !name.endsWith(")") ? null : name.substring(open + 1, name.length() - 1);
    }

    Origin origin() {
        return words.origin();
    }
}
