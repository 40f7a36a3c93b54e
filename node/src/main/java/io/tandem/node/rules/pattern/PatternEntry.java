// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Text;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pattern of a reference, with its value if the reference is a map. Its value alone may change. */
final class PatternEntry implements Ordered, Bucket {
    private final long order;
    private final int line;
    private final String text;
    private final byte[] key;
    private volatile @Nullable PatternValue value; // written under the reference's lock, read by any
    private @Nullable Network network; // written before the entry is seen by others

    PatternEntry(long order, String text, int line, @Nullable PatternValue value) {
        this.order = order;
        this.text = text;
        this.line = line;
        this.key = Text.bytes(text);
        this.value = value;
    }

    @Override
    public long order() {
        return order;
    }

    /** Where it stands in its file, from 1; 0 for one that was added later. */
    int line() {
        return line;
    }

    /** The pattern as written. */
    String text() {
        return text;
    }

    /** Its bytes; not to be changed. */
    byte[] key() {
        return key;
    }

    /** What it maps to; null in a list without values. */
    @Nullable PatternValue value() {
        return value;
    }

    void value(PatternValue changed) {
        value = changed;
    }

    /**
     * The addresses it stands for.
     *
     * @param names whether a host's name is looked up
     * @throws io.tandem.node.rules.sample.SampleError if it stands for none
     */
    Network network(boolean names) {
        Network known = network;
        if (known == null) {
            known = Network.parse(text, names);
            network = known;
        }
        return known;
    }

    @Override
    public PatternEntry first() {
        return this;
    }

    @Override
    public Bucket with(PatternEntry entry) {
        return new Several(Series.<PatternEntry>empty().with(this).with(entry), order < entry.order ? this : entry);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // an entry is itself
    public @Nullable Bucket without(PatternEntry entry) {
        return entry == this ? null : this;
    }

    @Override
    public void forEach(Consumer<PatternEntry> consumer) {
        consumer.accept(this);
    }
}
