// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression as it was read. Immutable. Groups leave no trace: only whether an expression matches is asked here, not
 * where, so that greedy and lazy quantifiers are the same as well.
 */
sealed interface Node {
    /**
     * Writes the states that match this and go on at {@code next}.
     *
     * @return where they begin
     */
    int writeTo(Nfa nfa, int next) throws Beyond;

    /** What matches the same texts read backwards. */
    default Node backwards() {
        return this;
    }

    /** Without the {@code $} with which whatever it matches ends; null where there may be none. */
    default @Nullable Node withoutLineEnd() {
        return null;
    }

    /** Whether it asks where the text begins or ends. */
    default boolean asksForEdges() {
        return false;
    }

    /** One byte of a set. */
    record OneOf(ByteSet bytes) implements Node {
        @Override
        public int writeTo(Nfa nfa, int next) throws Beyond {
            return nfa.bytes(bytes, next);
        }
    }

    /** One after the other. */
    record Sequence(List<Node> parts) implements Node {
        public Sequence {
            parts = List.copyOf(parts);
        }

        @Override
        public int writeTo(Nfa nfa, int next) throws Beyond {
            nfa.spend();
            int begin = next;
            for (int i = parts.size() - 1; i >= 0; i--) {
                begin = parts.get(i).writeTo(nfa, begin);
            }
            return begin;
        }

        @Override
        public Node backwards() {
            List<Node> reversed = new ArrayList<>(parts.size());
            parts.forEach(part -> reversed.add(part.backwards()));
            Collections.reverse(reversed);
            return new Sequence(reversed);
        }

        @Override
        public @Nullable Node withoutLineEnd() {
            int last = parts.size() - 1;
            Node shorter = last < 0 ? null : parts.get(last).withoutLineEnd();
            if (shorter == null) {
                return null;
            }
            List<Node> others = new ArrayList<>(parts);
            others.set(last, shorter);
            return new Sequence(others);
        }

        @Override
        public boolean asksForEdges() {
            return parts.stream().anyMatch(Node::asksForEdges);
        }
    }

    /** One of several. */
    record Choice(List<Node> ways) implements Node {
        public Choice {
            ways = List.copyOf(ways);
        }

        @Override
        public int writeTo(Nfa nfa, int next) throws Beyond {
            int begin = ways.get(ways.size() - 1).writeTo(nfa, next);
            for (int i = ways.size() - 2; i >= 0; i--) {
                begin = nfa.split(ways.get(i).writeTo(nfa, next), begin);
            }
            return begin;
        }

        @Override
        public Node backwards() {
            return new Choice(ways.stream().map(Node::backwards).toList());
        }

        @Override
        public @Nullable Node withoutLineEnd() {
            List<Node> shorter = new ArrayList<>(ways.size());
            for (Node way : ways) {
                Node without = way.withoutLineEnd();
                if (without == null) {
                    return null;
                }
                shorter.add(without);
            }
            return new Choice(shorter);
        }

        @Override
        public boolean asksForEdges() {
            return ways.stream().anyMatch(Node::asksForEdges);
        }
    }

    /**
     * Several times.
     *
     * @param most at most so often; {@link #ANY_NUMBER} for no limit
     */
    record Repeat(Node what, int least, int most) implements Node {
        static final int ANY_NUMBER = -1;

        @Override
        public int writeTo(Nfa nfa, int next) throws Beyond {
            int begin = next;
            if (most == ANY_NUMBER) {
                int loop = nfa.split(next, next);
                nfa.redirect(loop, what.writeTo(nfa, loop));
                begin = loop;
            }
            for (int i = least; i < most; i++) {
                begin = nfa.split(what.writeTo(nfa, begin), next);
            }
            for (int i = 0; i < least; i++) {
                begin = what.writeTo(nfa, begin);
            }
            return begin;
        }

        @Override
        public Node backwards() {
            return new Repeat(what.backwards(), least, most);
        }

        @Override
        public boolean asksForEdges() {
            return what.asksForEdges();
        }
    }

    /** Nothing, at a certain place. */
    record Assertion(Nfa.Place place) implements Node {
        @Override
        public int writeTo(Nfa nfa, int next) throws Beyond {
            return nfa.assertion(place, next);
        }

        @Override
        public @Nullable Node withoutLineEnd() {
            return place == Nfa.Place.LINE_END ? new Sequence(List.of()) : null;
        }

        @Override
        public boolean asksForEdges() {
            return place != Nfa.Place.WORD_EDGE && place != Nfa.Place.NO_WORD_EDGE;
        }
    }
}
