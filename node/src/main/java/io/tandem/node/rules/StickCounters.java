// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.Feature;
import java.util.BitSet;
import java.util.List;

/**
 * How many entries an exchange may track ({@code tune.stick-counters}), and which statuses count there as errors and failures
 * ({@code http-err-codes}, {@code http-fail-codes}; HAProxy 2.8 and 3.0).
 */
public final class StickCounters implements Feature {
    private static final FacetKey<Settings> KEY = new FacetKey<>(Settings.class, Settings::new);
    private static final int MOST = 100;

    /** Which statuses mean what; read by any loop once the section has been read. */
    private static final class Settings implements Facet {
        private int counters = Tracking.SLOTS;
        private final BitSet errors = new BitSet();
        private final BitSet failures = new BitSet();

        Settings() {
            errors.set(400, 500);
            failures.set(500, 600);
            failures.clear(501);
            failures.clear(505);
        }

        @Override
        public Facet inherit() {
            return new Settings();
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("tune.stick-counters", SectionKind.GLOBAL)
                        .arguments("NUMBER")
                        .doc("how many entries of stick tables an exchange may track, 3 by default")
                        .most(1)
                        .as(StickCounters::counters),
                Keyword.directive("http-err-codes", SectionKind.GLOBAL)
                        .arguments("[+-]FROM[-TO][,…] …")
                        .doc("which statuses http_err_cnt counts, 400-499 by default")
                        .as((line, draft) -> codes(line, draft.facet(KEY).errors)),
                Keyword.directive("http-fail-codes", SectionKind.GLOBAL)
                        .arguments("[+-]FROM[-TO][,…] …")
                        .doc("which statuses http_fail_cnt counts, 500-599 but 501 and 505 by default")
                        .as((line, draft) -> codes(line, draft.facet(KEY).failures)));
    }

    private static void counters(Arguments line, Draft draft) {
        String word = line.require("'tune.stick-counters' expects a number.").text();
        int number = Arguments.leadingInteger(word);
        if (!word.matches("[0-9]+") || number > MOST) {
            throw line.error("'tune.stick-counters' expects a number from 0 to " + MOST + " (got '" + word + "').");
        }
        draft.facet(KEY).counters = number;
    }

    private static void codes(Arguments line, BitSet codes) {
        String name = line.keyword();
        if (!line.hasNext()) {
            throw line.error("'" + name + "' expects ranges of status codes.");
        }
        while (line.hasNext()) {
            String word = line.next();
            boolean adds = word.startsWith("+");
            boolean takes = word.startsWith("-");
            BitSet named = ranges(line, name, adds || takes ? word.substring(1) : word);
            if (takes) {
                codes.andNot(named);
            } else {
                if (!adds) {
                    codes.clear();
                }
                codes.or(named);
            }
        }
    }

    private static BitSet ranges(Arguments line, String name, String text) {
        BitSet named = new BitSet();
        for (String range : text.split(",", -1)) {
            if (!range.matches("[1-5][0-9]{2}(-[1-5][0-9]{2})?")) {
                throw line.error(
                        "'" + name + "' expects status codes from 100 to 599 or ranges of them (got '" + range + "').");
            }
            int from = Integer.parseInt(range.substring(0, 3));
            int to = Integer.parseInt(range.substring(range.length() - 3));
            if (to < from) {
                throw line.error("'" + name + "' : '" + range + "' ends before it begins.");
            }
            named.set(from, to + 1);
        }
        return named;
    }

    /** How many entries an exchange may track, as the lines read so far say. */
    public static int counters(Drafts drafts) {
        return drafts.global().facet(KEY).counters;
    }

    /** Takes note of a response's status on the entries tracked. */
    public static void count(Tracking tracking, Configuration configuration, int status, long nowMs) {
        if (!tracking.isEmpty()) {
            Settings settings = configuration.drafts().global().facet(KEY);
            if (settings.errors.get(status)) {
                tracking.countRequestError(nowMs);
            }
            if (settings.failures.get(status)) {
                tracking.countFailure(nowMs);
            }
        }
    }
}
