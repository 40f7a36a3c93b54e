// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.language.Keyword;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry of actions: joins the families. Immutable. */
public final class ActionKeywords {
    private static final Map<String, Keyword<ActionKind>> ALL = join(List.of(
            HeaderActions.ALL,
            RequestLineActions.ALL,
            ReplyActions.ALL,
            VariableActions.ALL,
            TrackActions.ALL,
            PeerActions.ALL,
            PriorityActions.ALL,
            SwitchActions.ALL,
            MiscActions.ALL,
            ExchangeActions.ALL,
            CaptureActions.ALL,
            SocketActions.ALL,
            ExpectActions.ALL,
            PatternActions.ALL,
            ResolveActions.ALL,
            CacheActions.ALL,
            BandwidthActions.ALL));

    private static final String TRACK = "track-sc";

    private ActionKeywords() {}

    private static Map<String, Keyword<ActionKind>> join(List<List<Keyword<ActionKind>>> families) {
        Map<String, Keyword<ActionKind>> all = new LinkedHashMap<>();
        for (List<Keyword<ActionKind>> family : families) {
            for (Keyword<ActionKind> keyword : family) {
                if (all.put(keyword.name(), keyword) != null) {
                    throw new IllegalStateException("action declared twice: " + keyword.name());
                }
            }
        }
        return all;
    }

    /** The action written as {@code word} in those rules, or null. */
    static @Nullable Keyword<ActionKind> find(String word, RuleSet set) {
        Keyword<ActionKind> exact = ALL.get(word);
        if (exact == null) {
            exact = parameterized(word);
        }
        return exact != null && exact.meaning().sets().contains(set) ? exact : null;
    }

    private static @Nullable Keyword<ActionKind> parameterized(String word) {
        if (word.startsWith(TRACK)) {
            return ALL.get(TRACK); // which looks itself at what follows
        }
        int open = word.indexOf('(');
        int end = open < 0 ? word.length() : open;
        while (open < 0 && end > 0 && Character.isDigit(word.charAt(end - 1))) {
            end--;
        }
        Keyword<ActionKind> keyword = ALL.get(word.substring(0, end));
        return keyword != null && keyword.meaning().parameterized() ? keyword : null;
    }

    /** The actions that HAProxy has in those rules and that are refused there by name. */
    public static List<String> refused(RuleSet set) {
        return ActionNames.names(set).stream()
                .filter(name -> find(name, set) == null)
                .toList();
    }

    public static Collection<Keyword<ActionKind>> all() {
        return ALL.values();
    }
}
