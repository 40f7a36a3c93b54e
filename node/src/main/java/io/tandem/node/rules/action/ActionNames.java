// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Nearest;
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** All of HAProxy's actions in its order: what it lists when it does not know one. */
final class ActionNames {
    private static final List<String> REQUEST = words("wait-for-handshake ot-group set-log-level set-nice use-service"
            + " sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* send-spoe-group do-resolve* cache-use"
            + " add-acl* add-header allow auth capture del-acl* del-header del-map* deny disable-l7-retry early-hint"
            + " normalize-uri redirect reject replace-header replace-path replace-pathq replace-uri replace-value return"
            + " set-header set-map* set-method set-path set-pathq set-query set-uri strict-mode tarpit track-sc*"
            + " set-timeout wait-for-body set-var-fmt* set-var* unset-var* set-dst set-dst-port set-mark set-src"
            + " set-src-port set-tos silent-drop set-priority-class set-priority-offset");

    private static final List<String> RESPONSE = words("ot-group set-log-level set-nice sc-inc-gpc* sc-inc-gpc0*"
            + " sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* send-spoe-group cache-store add-acl* add-header allow capture"
            + " del-acl* del-header del-map* deny redirect replace-header replace-value return set-header set-map*"
            + " set-status strict-mode track-sc* wait-for-body set-var-fmt* set-var* unset-var* set-mark set-tos"
            + " silent-drop");

    private static final List<String> AFTER_RESPONSE = words("ot-group add-header allow capture del-header"
            + " replace-header replace-value set-header set-status strict-mode set-var-fmt* set-var* unset-var*");

    private static final List<String> CONNECTION = words(
            "sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0*"
                    + " set-var-fmt* set-var* unset-var* set-dst set-dst-port set-mark set-src set-src-port set-tos silent-drop");

    private static final List<String> CONTENT = words("ot-group set-log-level set-nice switch-mode use-service"
            + " sc-inc-gpc* sc-inc-gpc0* sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* send-spoe-group do-resolve* set-var-fmt*"
            + " set-var* unset-var* set-src set-src-port set-dst set-dst-port set-mark set-tos silent-drop"
            + " set-priority-class set-priority-offset");

    private static final List<String> RESPONSE_CONTENT =
            words("ot-group set-log-level set-nice sc-inc-gpc* sc-inc-gpc0*"
                    + " sc-inc-gpc1* sc-set-gpt* sc-set-gpt0* send-spoe-group set-var-fmt* set-var* unset-var* set-mark set-tos"
                    + " silent-drop");

    /** Came with HAProxy 2.7 or later. */
    private static final Set<String> NEWER = KnownKeywords.newer(KeywordFamily.ACTION);

    private ActionNames() {}

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    private static List<String> of(RuleSet set) {
        return switch (set) {
            case REQUEST -> REQUEST;
            case RESPONSE -> RESPONSE;
            case AFTER_RESPONSE -> AFTER_RESPONSE;
            case CONNECTION, SESSION -> CONNECTION;
            case CONTENT -> CONTENT;
            case RESPONSE_CONTENT -> RESPONSE_CONTENT;
        };
    }

    /** Whether HAProxy has an action of that name in those rules. */
    static boolean has(RuleSet set, String word) {
        String name = word.indexOf('(') < 0 ? word : word.substring(0, word.indexOf('('));
        return of(set).contains(name)
                || of(set).contains(name + "*")
                || extra(set).contains(name)
                || NEWER.contains(name)
                || (name.startsWith("track-sc") && tracks(set));
    }

    private static boolean tracks(RuleSet set) {
        return set != RuleSet.AFTER_RESPONSE && set != RuleSet.RESPONSE_CONTENT;
    }

    /** What HAProxy knows in TCP rules without listing it among the others. */
    private static List<String> extra(RuleSet set) {
        return switch (set) {
            case REQUEST, RESPONSE, AFTER_RESPONSE -> List.of();
            case CONNECTION -> List.of("accept", "reject", "expect-proxy", "expect-netscaler-cip", "track-sc");
            case SESSION -> List.of("accept", "reject", "track-sc");
            case CONTENT -> List.of("accept", "reject", "capture", "track-sc");
            case RESPONSE_CONTENT -> List.of("accept", "close", "reject");
        };
    }

    /** HAProxy 2.6's names in those rules, without what they go on with. */
    static Set<String> names(RuleSet set) {
        Set<String> names = new TreeSet<>(plain(set));
        names.addAll(extra(set));
        return names;
    }

    /** {@code 'http-request' expects 'a', 'b', … but got 'x'. Did you mean 'y' maybe ?}. */
    static String unknown(RuleSet set, String word, String proxy) {
        String all = of(set).stream()
                .map(name -> "'" + name.replace("*", "(*)") + "'")
                .collect(Collectors.joining(", "));
        List<String> candidates = new ArrayList<>(extra(set));
        candidates.addAll(plain(set));
        String hint = Nearest.to(word, candidates)
                .map(n -> " Did you mean '" + n + "' maybe ?")
                .orElse("");
        if (set.isHttp()) {
            return "'" + set.words() + "' expects " + all + ", but got '" + word + "'"
                    + (word.isEmpty() ? " (missing argument)." : "." + hint);
        }
        String first = set == RuleSet.RESPONSE_CONTENT
                ? "'accept', 'close', 'reject', "
                : "'accept', 'reject', 'capture', 'expect-proxy', 'expect-netscaler-cip', 'track-sc0' ... 'track-sc2', ";
        return "'" + set.words() + "' expects " + first + all + " in " + proxy + " (got '" + word + "')." + hint;
    }

    private static List<String> plain(RuleSet set) {
        List<String> names = new ArrayList<>();
        of(set).forEach(name -> names.add(name.replace("*", "")));
        return names;
    }
}
