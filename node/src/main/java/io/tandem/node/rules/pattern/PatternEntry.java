// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Text;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pattern of a reference, with its value if the reference is a map. Its value alone may change.
 *
 * <p>An entry is what a look-up reads last: the text of its value is reached from here at once.
 */
final class PatternEntry implements Ordered, Bucket {
    private final long order;
    private final byte[] key;
    private final byte @Nullable [] text; // what it maps to at first; null in a list without values
    private final int textLength; // kept here, for then the array need not be read
    private final int line;
    private volatile @Nullable PatternValue
            value; // written under the reference's lock, read by any; null while it is text

    /** @param text what it maps to; null in a list without values */
    PatternEntry(long order, String pattern, int line, byte @Nullable [] text) {
        this.order = order;
        this.key = Text.bytes(pattern);
        this.line = line;
        this.text = text;
        this.textLength = text == null ? 0 : text.length;
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
        return Text.string(key, 0, key.length);
    }

    /** Its bytes; not to be changed. */
    byte[] key() {
        return key;
    }

    /** The text it maps to, not to be changed; null in a list without values. */
    byte @Nullable [] mapped() {
        PatternValue changed = value;
        return changed == null ? text : changed.text();
    }

    /** Puts what it maps to into {@code out}; false in a list without values. */
    boolean into(Sample out, PatternOutput output) {
        PatternValue other = value;
        if (other != null) {
            other.into(out, output);
            return true;
        }
        if (text == null) {
            return false;
        }
        out.set(SampleType.STRING, text, 0, textLength);
        return true;
    }

    /** Gives it another value, or the same one read as what its converters return. */
    void value(PatternValue changed) {
        value = changed;
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
